import { z } from 'zod';
import { type CreateDocumentOptions, createSchema } from 'zod-openapi';
import { COMMERCE_PROPERTIES, Order, Product } from '../../shared/commerce.ts';
import {
  Alias,
  Batch,
  Context,
  Group,
  Identify,
  Message,
  Page,
  Screen,
  Track,
} from '../../shared/message.ts';

/** The response to a request that was read: what became of its messages. */
export const Answer = z.looseObject({
  success: z.boolean().meta({ description: 'False only when every message was rejected.' }),
  accepted: z.int().nonnegative().meta({ description: 'Messages stored durably, including duplicates.' }),
  duplicates: z.int().nonnegative().meta({ description: 'Messages stored by an earlier request.' }),
  rejected: z
    .array(
      z.looseObject({
        index: z.int().nonnegative().meta({ description: 'Position in the batch.' }),
        messageId: z.string().optional(),
        issues: z.array(z.looseObject({ path: z.string(), code: z.string(), message: z.string() })),
      }),
    )
    .meta({
      description:
        'Messages that cannot be used, at most 50 of them, with at most 20 issues each. They are not stored.',
    }),
  rejectedCount: z
    .int()
    .positive()
    .optional()
    .meta({ description: 'How many messages could not be used, when there are more than are listed.' }),
  warnings: z
    .array(
      z.looseObject({
        index: z.int().nonnegative().optional().meta({
          description: 'Position in the batch; absent for a field at the root of the batch.',
        }),
        path: z.string().meta({ description: 'Names of known fields and positions in lists.' }),
        code: z.string().meta({
          description:
            '`field-coerced`: a known field is of another kind, and was read as what it plainly means. `field-dropped`: its meaning is not plain, and it was left out. `consent-missing`: says nothing of consent, and is delivered nowhere because the shop’s default denies and nothing is recorded. `consent-default-differs`: an assumed answer is not the shop’s default.',
        }),
      }),
    )
    .optional()
    .meta({ description: 'Of messages that were accepted, what their sender should put right; at most 20.' }),
  unmatched: z.array(z.string()).optional().meta({
    description:
      'messageIds of orders that the page must not pass to the TikTok pixel it mirrors, because TikTok is sent the order under another id; at most 50.',
  }),
});

/** The response to a request that was refused as a whole. */
export const ErrorResponse = z.looseObject({
  code: z.string().meta({ description: 'One of a closed list; stable.' }),
  message: z.string(),
  meta: z.looseObject({ errors: z.array(z.string()) }),
});

/** The batch with its messages, which the collector validates one by one. */
export const BatchBody = Batch.in.extend({ batch: z.array(Message).min(1) });

/** Commerce events with the same properties share one schema, named after the first of them. */
const PROPERTIES = new Map<z.ZodType, string>([[Order, 'Order']]);
for (const [event, schema] of Object.entries(COMMERCE_PROPERTIES))
  if (!PROPERTIES.has(schema)) PROPERTIES.set(schema, `${event.replaceAll(' ', '')}Properties`);

const NAMED = { Product, Context, Track, Page, Screen, Identify, Group, Alias, Message, Batch: BatchBody };
const NAMES = new Map<z.ZodType, string>([
  ...Object.entries(NAMED).map(([name, schema]) => [schema, name] as const),
  ...PROPERTIES,
  [Answer, 'Answer'],
  [ErrorResponse, 'Error'],
]);
for (const [schema, id] of NAMES) z.globalRegistry.add(schema, { id });

/** The properties of each commerce event, which no request body refers to directly. */
export const commerceSchemas = () => createSchema(z.object(COMMERCE_PROPERTIES), { io: 'input' }).components;

/** Adds to `Track` what is checked after its event is known: the properties of each commerce event. */
export const addCommerce: NonNullable<CreateDocumentOptions['override']> = ({ zodSchema, jsonSchema }) => {
  if (zodSchema !== Track.in) return;
  jsonSchema.allOf = Object.entries(COMMERCE_PROPERTIES).map(([event, schema]) => ({
    if: { properties: { event: { const: event } } },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword
    then: { properties: { properties: { $ref: `#/components/schemas/${PROPERTIES.get(schema)}` } } },
  }));
};

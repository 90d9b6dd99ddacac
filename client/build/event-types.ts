import { z } from 'zod';
import { COMMERCE_PROPERTIES, Order, Product } from '../../shared/commerce.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** The schemas that are written out as named interfaces. */
const named = z.registry<{ id: string }>();
named.add(Product, { id: 'Product' });
named.add(Order, { id: 'Order' });

const toJsonSchema = (schema: z.ZodType): Schema => z.toJSONSchema(schema, { io: 'input', metadata: named });

const HEAD = `/**
 * The properties of each ecommerce event, as the collector accepts them. Money is in major units (12.5, not 1250); an id
 * is text or an integer below 2^53; null means absent. Custom properties pass through, typed \`any\` so that objects
 * typed by an interface are accepted too.
 */`;

/**
 * The types of `client/snippet/event-properties.ts` without imports: the collector's schemas as plain TypeScript.
 *
 * @throws when a schema uses a construct that is not supported here.
 */
export const eventTypes = (): string => {
  const events = Object.entries(COMMERCE_PROPERTIES).map(
    ([name, schema]) => `  '${name}': ${toType(toJsonSchema(schema)).replaceAll('\n', '\n  ')};\n`,
  );
  return [
    `${HEAD}\nexport interface EventProperties {\n${events.join('')}}`,
    'export type EventName = keyof EventProperties;',
    `/** One product line. \`price\` is for one unit. */\n${toInterface('Product', Product)}`,
    `/** One order. \`total\` is what the buyer pays; \`revenue\` leaves out shipping and tax. */\n${toInterface('Order', Order)}`,
  ].join('\n');
};

const toInterface = (name: string, schema: z.ZodType) =>
  `export interface ${name} ${toObject(toJsonSchema(schema).$defs?.[name] as Schema)}`;

const toType = (schema: Schema): string => {
  const { $ref, anyOf, type, items } = schema;
  if ($ref) return $ref.split('/').at(-1) as string;
  if (anyOf) return (anyOf as Schema[]).map(toType).join(' | ');
  if (Array.isArray(type)) return type.map((one) => toType({ ...schema, type: one })).join(' | ');
  switch (type) {
    case 'array':
      return `Array<${toType(items as Schema)}>`;
    case 'object':
      return toObject(schema);
    case 'integer':
      return 'number';
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return type;
    default:
      throw new Error(`no TypeScript for ${JSON.stringify(schema)}`);
  }
};

const toObject = ({ properties = {}, required = [] }: Schema): string => {
  const rows = Object.entries(properties).map(([name, property]) => {
    const type = toType(property as Schema);
    return required.includes(name) ? `${name}: ${type}` : `${name}?: ${type} | undefined`;
  });
  const lines = [...rows, '[property: string]: any'].map((row) => `  ${row.replaceAll('\n', '\n  ')};\n`);
  return `{\n${lines.join('')}}`;
};

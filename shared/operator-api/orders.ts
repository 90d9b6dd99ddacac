import { z } from 'zod';
import { UNJOINED } from '../evidence.ts';
import {
  ConsentRecord,
  Day,
  DestinationName,
  EventSource,
  EvidenceState,
  NextCursor,
  Outcome,
  Purposes,
  Reason,
  State,
  Time,
  TimeText,
  Words,
} from './common.ts';
import { Attempt, IdsQuery } from './events.ts';

/** What an order is; of what only pages reported what became of the reports (`shared/evidence.ts`). */
export const ORDER_STATES = ['paid', 'unpaid', 'refunded', 'cancelled', ...UNJOINED] as const;
export const OrderState = z.enum(ORDER_STATES);
export type OrderState = z.infer<typeof OrderState>;

/** `GET /admin/orders`. */
export const OrderQuery = IdsQuery.extend({
  shop: z.string().optional(),
  from: TimeText.optional().meta({ description: 'Placed at or after this.' }),
  to: TimeText.optional().meta({ description: 'Placed before this.' }),
  confirmed: z.enum(['yes', 'no']).optional().meta({
    description: '`no`: only pages reported it, and their word makes no order. Default: both.',
  }),
  destination: DestinationName.optional(),
  outcome: State.optional(),
  reason: Reason.optional(),
  state: OrderState.optional(),
  q: z.string().max(200).optional().meta({ description: 'Any name of the order, or any of the ids.' }),
  format: z.enum(['json', 'csv']).default('json'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
export type OrderQuery = z.input<typeof OrderQuery>;

/**
 * What became of an order at one destination: of the stage that is the sale there. At TikTok that is the payment, where it was
 * paid after it was placed; else the placement.
 */
const OrderOutcome = Outcome.extend({ stage: z.enum(['placed', 'paid']) });

/** One order of a list. */
export const OrderRow = z.object({
  shop: z.string(),
  /** The canonical id: the same at every destination. */
  id: z.string(),
  state: OrderState,
  /** When it was placed; of what only pages reported, when the first report was received. */
  at: Time,
  total: z.number().optional(),
  currency: z.string().optional(),
  isPaid: z.boolean(),
  sources: z.array(EventSource),
  outcomes: z.array(OrderOutcome),
});
export type OrderRow = z.infer<typeof OrderRow>;

export const OrderList = z.object({ orders: z.array(OrderRow), nextCursor: NextCursor });
export type OrderList = z.infer<typeof OrderList>;

const Report = z.object({
  source: EventSource,
  /** What it reported: `Order Completed`, `Order Refunded` … */
  name: z.string(),
  at: Time,
  receivedAt: Time,
  messageId: z.string(),
  total: z.number().optional(),
  currency: z.string().optional(),
  path: z.string().optional(),
});

/** `GET /admin/orders/:id`. */
export const OrderAnswer = z.object({
  order: OrderRow,
  /** Of what only pages reported. */
  advice: Words.optional(),
  /** Every id and number it was reported under; `isTrusted`: by a stronger voice than a browser. */
  names: z.array(z.object({ name: z.string(), isTrusted: z.boolean() })),
  reports: z.array(Report),
  /** What browsers reported of it, where their word makes no order. `consent`: the message's own. */
  evidence: z.array(
    Report.omit({ source: true }).extend({
      status: EvidenceState,
      consent: Purposes,
    }),
  ),
  /** What destinations are sent. The event is absent once it is removed. */
  stages: z.array(
    z.object({
      stage: z.enum(['placed', 'paid', 'updated', 'cancelled', 'refunded']),
      /** The id of a refund. */
      part: z.string().optional(),
      messageId: z.string().optional(),
      at: Time.optional(),
      total: z.number().optional(),
      outcomes: z.array(Outcome),
      requests: z.array(Attempt.extend({ destination: DestinationName })),
    }),
  ),
  /** The visitors and the person whose records decide, with what they say today. */
  consent: z.array(ConsentRecord),
  /** Click ids and campaign, by name. */
  attribution: z.record(z.string(), z.string()),
});
export type OrderAnswer = z.infer<typeof OrderAnswer>;

/** `GET /admin/reconciliation`. */
export const ReconciliationQuery = z.strictObject({
  shop: z.string().optional(),
  day: Day.optional(),
  /** IANA name; default: that of the shop's country, where it has one time alone, else UTC. */
  timeZone: z.string().max(64).optional(),
  format: z.enum(['json', 'csv']).default('json'),
});

export const Reconciliation = z.object({
  shop: z.string(),
  day: z.string(),
  timeZone: z.string(),
  /** When the day begins and ends there. */
  from: Time,
  to: Time,
  /** The shop's own orders of the day. `amounts`: of paid orders, by currency. */
  orders: z.object({
    total: z.int(),
    paid: z.int(),
    amounts: z.record(z.string(), z.number()),
  }),
  /** How many only pages reported on that day, by what became of the reports. They are in no other number. */
  unjoined: z.record(z.enum(UNJOINED), z.int()),
  destinations: z.array(
    z.object({
      destination: DestinationName,
      title: z.string(),
      accepted: z.int(),
      /** Of paid orders that were not accepted; `reason` is `waiting`, `not-sent` or one of `shared/reasons.ts`. */
      missing: z.array(
        z.object({
          reason: Reason,
          state: z.union([State, z.literal('none')]),
          count: z.int(),
          advice: Words.optional(),
          /** At most 20 of them. */
          orders: z.array(z.string()),
        }),
      ),
      /** One sentence: `TikTok 409 of 412: 2 without consent, 1 refused`. */
      words: z.string(),
    }),
  ),
});
export type Reconciliation = z.infer<typeof Reconciliation>;

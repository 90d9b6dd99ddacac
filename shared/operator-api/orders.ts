import { z } from 'zod';
import {
  Day,
  DestinationName,
  EventSource,
  NextCursor,
  Outcome,
  Purposes,
  Reason,
  State,
  Time,
  TimeText,
  Words,
} from './common.ts';

export const ORDER_STATES = ['paid', 'unpaid', 'refunded', 'cancelled', 'unconfirmed'] as const;
/** `unconfirmed`: only browsers reported it, where their word makes no order. */
export const OrderState = z.enum(ORDER_STATES);

/** `GET /admin/orders`. */
export const OrderQuery = z.strictObject({
  shop: z.string().optional(),
  from: TimeText.optional(),
  to: TimeText.optional(),
  destination: DestinationName.optional(),
  outcome: State.optional(),
  reason: Reason.optional(),
  state: OrderState.optional(),
  q: z.string().max(200).optional().meta({ description: 'Any name of the order.' }),
  format: z.enum(['json', 'csv']).default('json'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
export type OrderQuery = z.input<typeof OrderQuery>;

/** One order of a list. `outcomes`: of its `Order Completed`. */
export const OrderRow = z.object({
  shop: z.string(),
  /** The canonical id: the same at every destination. */
  id: z.string(),
  /** Every id and number it was reported under. */
  names: z.array(z.string()),
  state: OrderState,
  at: Time,
  total: z.number().optional(),
  currency: z.string().optional(),
  isPaid: z.boolean(),
  sources: z.array(EventSource),
  outcomes: z.array(Outcome),
});
export type OrderRow = z.infer<typeof OrderRow>;

export const OrderList = z.object({ orders: z.array(OrderRow), nextCursor: NextCursor });
export type OrderList = z.infer<typeof OrderList>;

/** `GET /admin/orders/:id`. */
export const OrderAnswer = z.object({
  order: OrderRow,
  reports: z.array(
    z.object({
      source: EventSource,
      /** What it reported: `Order Completed`, `Order Refunded` … */
      name: z.string(),
      at: Time,
      receivedAt: Time,
      messageId: z.string().optional(),
      total: z.number().optional(),
    }),
  ),
  /** What browsers reported of it. `open` waits for the report of a stronger voice. */
  evidence: z.array(
    z.object({
      messageId: z.string(),
      receivedAt: Time,
      status: z.enum(['open', 'joined', 'not-joined', 'unconfirmed-order']),
    }),
  ),
  /** What destinations are sent. */
  stages: z.array(
    z.object({ name: z.string(), messageId: z.string(), at: Time, outcomes: z.array(Outcome) }),
  ),
  /** The visitors and the person whose records decide, with what they say today. */
  consent: z.array(
    z.object({
      id: z.string(),
      at: Time.optional(),
      consent: z.partialRecord(z.enum(['advertising', 'analytics', 'marketing']), z.boolean()),
    }),
  ),
  /** Consent under which it was stored. */
  storedConsent: Purposes.optional(),
  /** Click ids and campaign, by name. */
  attribution: z.record(z.string(), z.string()),
});
export type OrderAnswer = z.infer<typeof OrderAnswer>;

/** `GET /admin/reconciliation`. */
export const ReconciliationQuery = z.strictObject({
  shop: z.string().optional(),
  day: Day.optional(),
  /** IANA name; default UTC. */
  timeZone: z.string().max(64).optional(),
  format: z.enum(['json', 'csv']).default('json'),
});

export const Reconciliation = z.object({
  shop: z.string(),
  day: z.string(),
  timeZone: z.string(),
  /** The shop's own orders of the day. `amounts`: of paid orders, by currency. */
  orders: z.object({ total: z.int(), paid: z.int(), amounts: z.record(z.string(), z.number()) }),
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

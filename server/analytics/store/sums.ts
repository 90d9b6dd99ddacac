import { type Expression, sql } from 'kysely';
import type { MessageTotals } from '../totals.ts';
import type { Db } from './tables.ts';

/** A count or sum as the database returns it: text where it may exceed a number. */
export type Counted = number | string | bigint;
export const whole = (value: Counted | null | undefined) => Number(value ?? 0);
/** Sums as floating point, because one forged amount must not make an integer sum overflow, which SQLite refuses. */
export const sumOf = (column: Expression<number>) => sql<Counted>`sum(cast(${column} as double precision))`;

export type Credited = { shop: string; marketing_event?: string; flow?: string; node?: string };

/** False for a target without totals. */
export async function isKnown(db: Db, shop: string, target: string): Promise<boolean> {
  const found = await db
    .selectFrom('targets')
    .select('target')
    .where((eb) => eb.and({ shop, target }))
    .executeTakeFirst();
  return found !== undefined;
}

export const orderSums = (db: Db, credited: Credited) =>
  db
    .selectFrom('orders')
    .select((eb) => [
      eb.fn.countAll<Counted>().as('orders'),
      eb.fn.sum<Counted>('paid').as('paid'),
      sumOf(eb.ref('amount')).as('amount'),
      sumOf(eb.ref('refunded')).as('refunded'),
      sumOf(eb.ref('discount')).as('discount'),
      eb.fn.sum<Counted>('foreign_currency').as('foreign'),
      eb.fn.max<Counted>('at').as('newest'),
      eb.fn.count<Counted>('buyer').distinct().as('buyers'),
    ])
    .where((eb) => eb.and({ ...credited, counted: 1 }))
    .executeTakeFirst();

export async function memberCount(db: Db, shop: string, target: string, kind: string): Promise<number> {
  const found = await db
    .selectFrom('members')
    .select((eb) => eb.fn.countAll<Counted>().as('members'))
    .where((eb) => eb.and({ shop, target, kind }))
    .executeTakeFirst();
  return whole(found?.members);
}

/** A message counts once for each metric. @param base the baseline's count of a metric. */
export async function messageTotals(db: Db, credited: Credited, base: (metric: string) => number) {
  const rows = await db
    .selectFrom('messages')
    .select((eb) => [
      'metric',
      eb.fn.countAll<Counted>().as('messages'),
      eb.fn.max<Counted>('at').as('newest'),
    ])
    .where((eb) => eb.and(credited))
    .groupBy('metric')
    .execute();
  const tried = await db
    .selectFrom('messages')
    .select((eb) => eb.fn.count<Counted>('delivery').distinct().as('messages'))
    .where((eb) => eb.and(credited))
    .where('metric', 'in', ['attempted', 'sent', 'failed'])
    .executeTakeFirst();
  const of = (metric: string) => base(metric) + whole(rows.find((row) => row.metric === metric)?.messages);
  const totals: MessageTotals = {
    attempted: base('attempted') + whole(tried?.messages),
    sent: of('sent'),
    delivered: of('delivered'),
    opened: of('opened'),
    machineOpened: of('machine-opened'),
    clicked: of('clicked'),
    machineClicked: of('machine-clicked'),
    bounced: of('bounced'),
    failed: of('failed'),
    unsubscribed: of('unsubscribed'),
    spammed: of('spammed'),
  };
  return { totals, newestMs: Math.max(0, ...rows.map(({ newest }) => whole(newest))) };
}

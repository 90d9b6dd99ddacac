import type { Facts, PersonKey } from '../facts.ts';
import { peopleInBound } from './bounds.ts';
import { earlierOf, isEarlier } from './conflicts.ts';
import { markActionsForAttribution, orderThing } from './needs-attribution.ts';
import { canonicalIdsOf } from './order-names.ts';
import { forParts, insertRows, isAmong } from './rows.ts';
import type { Db } from './tables.ts';
import { earliest, uniqueBy } from './unique.ts';

/**
 * Of a checkout reported twice the earlier time counts.
 *
 * @returns how many of them some of their ids do not find, because these have too many.
 */
export async function putActions(db: Db, shop: string, actions: Facts['actions']): Promise<number> {
  const rows = uniqueBy(
    actions.map(({ id, kind, atMs, receivedAtMs }) => ({
      shop,
      id,
      kind,
      at: atMs,
      received_at: receivedAtMs,
      needs_attribution: 1,
      closed: 0,
      marketing_event: null,
    })),
    ({ id }) => id,
    earliest,
  );
  await forParts(rows, (part) =>
    insertRows(db, 'actions', part)
      .onConflict((conflict) =>
        conflict
          .columns(['shop', 'id'])
          .doUpdateSet({ ...earlierOf('actions'), needs_attribution: 1 })
          .where(isEarlier('actions'))
          .where('actions.closed', '=', 0),
      )
      .execute(),
  );
  const checkoutIds = rows.filter(({ id }) => isCheckout(id)).map(({ id }) => id);
  const stored = await forParts(checkoutIds, (part) =>
    db
      .selectFrom('actions')
      .select(['id', 'received_at'])
      .where('shop', '=', shop)
      .where(isAmong(db, 'id', part))
      .execute(),
  );
  const firstReceivedAt = new Map(stored.map((row) => [row.id, Number(row.received_at)]));
  const people = actions.flatMap(({ id, people: own, receivedAtMs }) =>
    own.map((person) => ({ person, thing: id, received_at: firstReceivedAt.get(id) ?? receivedAtMs })),
  );
  const counted = await peopleInBound(db, shop, people);
  const joined = await putPeople(
    db,
    shop,
    counted.map(({ person, thing }) => ({ person, thing })),
  );
  // Another report of the same checkout may carry further ids of its buyer.
  const checkouts = joined.filter(isCheckout);
  await markActionsForAttribution(db, shop, checkouts);
  if (counted.length === people.length) return 0;
  const isCounted = new Set(counted);
  return new Set(people.filter((row) => !isCounted.has(row)).map(({ thing }) => thing)).size;
}

/** Of a checkout that several reports may name. */
const isCheckout = (id: string) => id.startsWith('checkout');

/** @returns the orders and actions with a new person. */
async function putPeople(
  db: Db,
  shop: string,
  people: readonly { person: PersonKey; thing: string }[],
): Promise<string[]> {
  const rows = people.map((row) => ({ shop, ...row }));
  const written = await forParts(rows, (part) =>
    insertRows(db, 'people', part)
      .onConflict((conflict) => conflict.doNothing())
      .returning('thing')
      .execute(),
  );
  return [...new Set(written.map(({ thing }) => thing))];
}

/**
 * Stores reports; the order is computed from them when its credit or totals are read.
 *
 * @param merges orders that the store found to be one, whether their reports are known yet or not.
 */
export async function putOrderReports(
  db: Db,
  shop: string,
  { merges, orderReports: reports }: Pick<Facts, 'merges' | 'orderReports'>,
): Promise<void> {
  const ids = await canonicalIdsOf(db, shop, merges, reports);
  const named = reports.map((report, index) => ({ report, canonical_id: ids[index] ?? report.orderId }));
  await forParts(named, (part) =>
    insertRows(
      db,
      'order_reports',
      part.map(({ report, canonical_id }) => ({
        shop,
        id: report.id,
        canonical_id,
        at: report.atMs,
        received_at: report.receivedAtMs,
        body: JSON.stringify(report),
      })),
    )
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
  await forParts(
    [...new Set(ids)].map((canonical_id) => ({ shop, canonical_id, ...UNREAD })),
    (part) =>
      insertRows(db, 'orders', part)
        .onConflict((conflict) =>
          conflict
            .columns(['shop', 'canonical_id'])
            .doUpdateSet({ needs_attribution: 1 })
            .where('orders.closed', '=', 0),
        )
        .execute(),
  );
  await putPeople(
    db,
    shop,
    named.flatMap(({ report: { people }, canonical_id: id }) =>
      people.map((person) => ({ person, thing: orderThing(id) })),
    ),
  );
}

/** An order that is not yet computed from its reports. */
const UNREAD = {
  at: 0,
  first_id: '',
  counted: 0,
  paid: 0,
  foreign_currency: 0,
  amount: 0,
  refunded: 0,
  discount: 0,
  items: '[]',
  buyer: null,
  needs_attribution: 1,
  closed: 0,
  credit_frozen: 0,
  touch: null,
  marketing_event: null,
  flow: null,
  node: null,
} as const;

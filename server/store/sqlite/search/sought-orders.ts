import type { OrderIds } from '../../search.ts';
import { type Connection, prepare } from '../prepare.ts';
import type { Names } from './names.ts';
import { type NamedIds, readSoughtIds, type SoughtId } from './sought-ids.ts';
import type { Streams } from './streams.ts';

/** Of each id so many of the newest events, and of the newest reports, are looked at. */
const MOST = 1_000;

/** What has the ids that are looked for: orders, and browsers' reports that joined none, by their numbers in the store. */
export interface FoundByIds {
  orderIds: number[];
  evidenceIds: number[];
}

interface EvidenceRow {
  id: number;
  orderId: number | null;
}

/** Finds orders by the ids of their events and of what browsers reported of them, and by their names. */
export function createSoughtOrders(
  connection: Connection,
  { names, streams }: { names: Pick<Names, 'shops'>; streams: Pick<Streams, 'ofKey'> },
) {
  const ordersOf = prepare<{ id: number }>(
    connection,
    `SELECT DISTINCT order_id AS id FROM store.events WHERE seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) AND order_id IS NOT NULL`,
  );
  const keyed = prepare<EvidenceRow>(
    connection,
    `SELECT e.id, e.order_id AS orderId FROM evidence_keys k JOIN store.evidence e ON e.id = k.evidence_id
     WHERE k.key = ? ORDER BY k.evidence_id DESC LIMIT ${MOST}`,
  );
  const named = prepare<{ id: number }>(
    connection,
    'SELECT order_id AS id FROM store.order_names WHERE shop = ? AND name = ?',
  );
  const evidenceNamed = prepare<EvidenceRow>(
    connection,
    `SELECT e.id, e.order_id AS orderId FROM store.evidence_names n JOIN store.evidence e ON e.id = n.evidence_id
     WHERE n.shop = ? AND n.name = 'n:' || ? ORDER BY n.evidence_id DESC LIMIT ${MOST}`,
  );

  function found(shop: string, shopId: number, { keys, orderName }: SoughtId): FoundByIds {
    const seqs = keys.flatMap((key) =>
      streams
        .ofKey(shopId, key)(Number.MAX_SAFE_INTEGER, 0, MOST)
        .events.map(({ seq }) => seq),
    );
    const evidence = keys.flatMap((key) => keyed.all(key));
    const orders = seqs.length > 0 ? ordersOf.all(JSON.stringify(seqs)) : [];
    if (orderName !== undefined) {
      orders.push(...named.all(shop, orderName));
      evidence.push(...evidenceNamed.all(shop, orderName));
    }
    return {
      orderIds: [...orders.map(({ id }) => id), ...evidence.flatMap(({ orderId }) => orderId ?? [])],
      evidenceIds: evidence.flatMap(({ id, orderId }) => (orderId === null ? id : [])),
    };
  }

  /** What has all of them. */
  function inShop(shop: string, shopId: number, ids: NamedIds): FoundByIds {
    const all = readSoughtIds(shop, ids).map((id) => found(shop, shopId, id));
    const inAll = (of: keyof FoundByIds) =>
      (all[0]?.[of] ?? []).filter((id) => all.every((other) => other[of].includes(id)));
    return { orderIds: inAll('orderIds'), evidenceIds: inAll('evidenceIds') };
  }

  /** Undefined where no id is named. Without a shop, in all of them. */
  return ({ shop, messageId, ...ids }: OrderIds & { shop?: string }): FoundByIds | undefined => {
    const named = {
      ...ids,
      ...(messageId !== undefined && { messageIds: [messageId] }),
    };
    const shops = names.shops().filter(({ name }) => shop === undefined || name === shop);
    if (readSoughtIds('', named).length === 0) return undefined;
    const all = shops.map(({ id, name }) => inShop(name, id, named));
    return {
      orderIds: all.flatMap(({ orderIds }) => orderIds),
      evidenceIds: all.flatMap(({ evidenceIds }) => evidenceIds),
    };
  };
}
export type SoughtOrders = ReturnType<typeof createSoughtOrders>;

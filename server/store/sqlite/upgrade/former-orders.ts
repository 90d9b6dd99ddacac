import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ProtectedEvent } from '../../../../shared/protected-event.ts';
import { prepare } from '../prepare.ts';
import { readStored } from '../stored-event.ts';

/** One order as the statistics of an earlier version knew it. */
export interface FormerOrder {
  shop: string;
  canonicalId: string;
  names: string[];
  /** The shop system reported it, not a page alone. */
  isPlatform: boolean;
  /** The first `Order Completed` of each voice. */
  reports: ProtectedEvent[];
}

export interface FormerOrders {
  /** The orders after this one, by shop and canonical id. */
  page(after: { shop: string; canonicalId: string }, limit: number): FormerOrder[];
  /** The event that destinations are sent, once the first of them was; `name` as `nameOfFrozen` has it. */
  frozen(shop: string, name: string): string | undefined;
  close(): void;
}

const FILES = ['statistics.db', 'analytics.db'];

/** Undefined where nothing was counted. */
export function openFormerOrders(dataDir: string): FormerOrders | undefined {
  const path = FILES.map((name) => join(dataDir, name)).find(existsSync);
  if (path === undefined) return undefined;
  const connection = new DatabaseSync(path, { timeout: 2_000 });
  const tables = new Set(
    prepare<{ name: string }>(connection, "SELECT name FROM sqlite_master WHERE type = 'table'")
      .all()
      .map(({ name }) => name),
  );
  // The tables were renamed once.
  const [events, ofEvent] = tables.has('order_events')
    ? ['order_events', 'canonical_id']
    : ['reports', 'name'];
  if (!tables.has('order_names') || !tables.has(events)) {
    connection.close();
    return undefined;
  }
  const root = prepare<{ name: string }>(connection, "SELECT name FROM pragma_table_info('order_names')")
    .all()
    .some(({ name }) => name === 'canonical_id')
    ? 'canonical_id'
    : 'root';
  const ids = prepare<{ shop: string; canonicalId: string }>(
    connection,
    `SELECT DISTINCT shop, ${root} AS canonicalId FROM order_names WHERE (shop, ${root}) > (?, ?)
     ORDER BY shop, ${root} LIMIT ?`,
  );
  const names = prepare<{ name: string }>(
    connection,
    `SELECT name FROM order_names WHERE shop = ? AND ${root} = ?`,
  );
  const bodies = prepare<{ body: string }>(
    connection,
    `SELECT body FROM ${events} WHERE shop = ? AND ${ofEvent} = ? AND source IN ('browser', 'webhook')`,
  );
  const frozen = prepare<{ body: string }>(
    connection,
    `SELECT body FROM ${events} WHERE shop = ? AND ${ofEvent} = ? AND source IN ('fixed', 'frozen')`,
  );
  return {
    page: (after, limit) =>
      ids.all(after.shop, after.canonicalId, limit).map(({ shop, canonicalId }) => {
        const all = names.all(shop, canonicalId).map(({ name }) => name);
        const reports = bodies.all(shop, canonicalId).map(({ body }) => readStored(body));
        // A name after a blank marks what the shop system reported; no other name begins so.
        const isClaimed = all.some((name) => name.startsWith(' '));
        return {
          ...{ shop, canonicalId, names: all.filter((name) => !name.startsWith(' ')), reports },
          isPlatform: isClaimed || reports.some(({ source }) => source === 'platform'),
        };
      }),
    frozen: (shop, name) => frozen.get(shop, name)?.body,
    close: () => connection.close(),
  };
}

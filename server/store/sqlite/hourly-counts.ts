import type { HourlyCount } from '../hourly-counts.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

export const COUNTS_SCHEMA = `
  -- What collectors counted, by hour since 1970.
  CREATE TABLE hourly_counts (
    shop TEXT NOT NULL,
    what TEXT NOT NULL,
    hour INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (shop, what, hour)
  ) STRICT, WITHOUT ROWID;
`;
/** Before version 8 they were in the text of the watchdog. */
export const UPGRADE_COUNTS = `${COUNTS_SCHEMA}
  INSERT INTO hourly_counts (shop, what, hour, count)
  SELECT shops.key, counted.key, CAST(hours.key AS INTEGER), hours.value
  FROM facts, json_each(CASE WHEN json_valid(facts.value) THEN facts.value ELSE '{}' END, '$.hours') shops,
    json_each(shops.value) counted, json_each(counted.value) hours
  WHERE facts.name = 'kept:watchdog';
`;

const HOUR_MS = 3_600_000;
const KEPT_HOURS = 21 * 24;

export function createHourlyCounts({ connection, transaction }: OpenStore) {
  const add = prepare(
    connection,
    `INSERT INTO hourly_counts (shop, what, hour, count) VALUES (?, ?, ?, ?)
     ON CONFLICT (shop, what, hour) DO UPDATE SET count = hourly_counts.count + excluded.count`,
  );
  const find = prepare<HourlyCount>(
    connection,
    `SELECT shop, what, hour, count FROM hourly_counts
     WHERE what IN (SELECT value FROM json_each(?)) AND hour >= ?`,
  );
  const removeOld = prepare(connection, 'DELETE FROM hourly_counts WHERE hour < ?');
  const removeShop = prepare(connection, 'DELETE FROM hourly_counts WHERE shop = ?');
  return {
    add(counts: readonly HourlyCount[]): void {
      for (const { shop, what, hour, count } of counts) add.run(shop, what, hour, count);
    },
    find: (what: readonly string[], fromHour: number): HourlyCount[] =>
      find.all(JSON.stringify(what), fromHour),
    retain: (nowMs: number): void =>
      transaction(() => removeOld.run(Math.floor(nowMs / HOUR_MS) - KEPT_HOURS)),
    purge: (shop: string): void => transaction(() => removeShop.run(shop)),
  };
}
export type HourlyCountRows = ReturnType<typeof createHourlyCounts>;

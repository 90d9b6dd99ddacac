import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Facts, PersonKey } from '../../server/analytics/facts.ts';
import { ENGINES } from '../support/analytics-database.ts';
import { tempDir } from '../support/temp-dir.ts';

/** One visitor may send any number of events. How many rows a landing makes to be credited anew has a bound. */
const DAY = 86_400_000;
const NOW = Date.parse('2026-03-01T06:00:00Z');
const NONE: Facts = {
  ...{ links: [], touches: [], visits: [], actions: [] },
  ...{ orderReports: [], merges: [], messages: [] },
};

async function startStore() {
  const dataDir = tempDir();
  const store = await ENGINES.sqlite(
    { shops: { shop: { currency: 'TWD', attributionMs: 7 * DAY } } },
    dataDir,
  );
  const apply = (facts: Partial<Facts>) =>
    store.transaction((state) => state.apply('shop', { ...NONE, ...facts }, []));
  return {
    apply,
    carts: (count: number, atMs: number, people: (index: number) => PersonKey[] = () => ['a:ann']) =>
      apply({
        actions: Array.from({ length: count }, (_, index) => {
          const when = { atMs: atMs + index, receivedAtMs: NOW };
          return { id: `message:${atMs}-${index}`, kind: 'cart', people: people(index), ...when };
        }),
      }),
    land: (atMs: number, count = 1, receivedAtMs = NOW) =>
      apply({
        touches: Array.from({ length: count }, (_, index) => ({
          ...{ id: `landing-${atMs}-${index}`, kind: 'landing', marketingEventId: 'MA_1' },
          ...{ people: ['a:ann'], claimed: [], atMs: atMs + index, receivedAtMs },
        })),
      }),
    credited: async () =>
      (await store.transaction((state) => state.marketingTotals('shop', ['MA_1'])))[0]?.carts ?? 0,
    /** Of these tables the rows that meet a condition. */
    rows: (table: string, condition = '1 = 1'): number => {
      const file = new DatabaseSync(join(dataDir, 'analytics.db'), { readOnly: true });
      const { count } = file.prepare(`SELECT count(*) AS count FROM ${table} WHERE ${condition}`).get() ?? {};
      file.close();
      return Number(count);
    },
    settle: () => store.transaction((state) => state.targets('shop')),
    close: () => store.close(),
  };
}

test('a landing makes nothing to be credited anew that happened before it', async () => {
  const { carts, land, rows, settle, close } = await startStore();
  await carts(90, NOW);
  await settle();
  await land(NOW + DAY);
  expect(rows('actions', 'needs_attribution = 1')).toBe(0);
  await land(NOW + 80);
  expect(rows('actions', 'needs_attribution = 1')).toBe(10);
  await close();
});

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Facts, PersonKey } from '../../server/analytics/facts.ts';
import { openSqliteAnalytics } from '../../server/analytics/store/open-sqlite.ts';
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
  const store = await openSqliteAnalytics(dataDir, {
    shops: { shop: { currency: 'TWD', attributionMs: 7 * DAY } },
  });
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

test('of one id a day 100 carts are found, whatever their number, and the others stay counted', async () => {
  const { carts, land, rows, credited, settle, close } = await startStore();
  await land(NOW - DAY);
  expect(await carts(300, NOW)).toBe(200);
  expect(await carts(300, NOW), 'the same again').toBe(200);
  expect([rows('actions'), rows('people')]).toEqual([300, 100]);
  expect(await credited()).toBe(100);
  await settle();
  await land(NOW - 60_000);
  expect(rows('actions', 'needs_attribution = 1')).toBe(100);
  await close();
});

test('carts of one visitor under a token of each are found by the tokens', async () => {
  const { carts, land, rows, settle, close } = await startStore();
  await carts(300, NOW, (index) => ['a:ann', `t:cart-${index}`]);
  await settle();
  await land(NOW - 60_000);
  expect(rows('actions', 'needs_attribution = 1')).toBe(100);
  await close();
});

test('of one id a day 100 landings count for credit; the next day, and what was clicked, count anew', async () => {
  const { apply, land, rows, close } = await startStore();
  expect(await land(NOW, 250)).toBe(150);
  expect(await land(NOW, 250), 'the same again').toBe(150);
  expect(rows('touches')).toBe(100);
  expect(await land(NOW + 1_000, 50, NOW + DAY)).toBe(0);
  const when = { people: ['a:ann' as const], claimed: [], atMs: NOW, receivedAtMs: NOW };
  expect(await apply({ touches: [{ id: 'click', kind: 'click', marketingEventId: 'MA_1', ...when }] })).toBe(
    0,
  );
  expect(rows('touches')).toBe(151);
  await close();
});

test('what strangers claim to be takes no place of what the person did', async () => {
  const { apply, rows, close } = await startStore();
  const landing = (index: number, claimed: PersonKey[]) => ({
    ...{ id: `claim-${index}`, kind: 'landing' as const, marketingEventId: 'MA_1' },
    ...{ people: ['u:7' as const], claimed, atMs: NOW + index, receivedAtMs: NOW },
  });
  await apply({ touches: Array.from({ length: 200 }, (_, index) => landing(index, ['u:7'])) });
  expect(await apply({ touches: [landing(999, [])] })).toBe(0);
  expect([rows('touches', 'claimed = 1'), rows('touches', 'claimed = 0')]).toEqual([100, 1]);
  await close();
});

test('a checkout has the ids of a few devices', async () => {
  const { apply, rows, close } = await startStore();
  for (let day = 0; day < 3; day++)
    await apply({
      actions: Array.from({ length: 50 }, (_, index) => {
        const when = { atMs: NOW, receivedAtMs: NOW + day * DAY };
        return { id: 'checkout:token', kind: 'checkout', people: [`a:${day}-${index}`], ...when };
      }),
    });
  expect(rows('people')).toBe(30);
  await close();
});

test('of one id a day 250 claimed links to tokens are kept, and 250 to people; proven ones all', async () => {
  const { apply, rows, close } = await startStore();
  const links = (kind: 't' | 'u', isProven: boolean, receivedAtMs: number) =>
    Array.from({ length: 400 }, (_, index) => ({
      ...{ one: 'a:ann' as const, other: `${kind}:${isProven}-${receivedAtMs}-${index}` as const },
      ...{ receivedAtMs, ...(isProven && { isProven }) },
    }));
  await apply({ links: links('t', false, NOW) });
  await apply({ links: links('t', false, NOW + 1) });
  expect(rows('links')).toBe(250);
  await apply({ links: [...links('u', false, NOW), ...links('u', true, NOW)] });
  expect(rows('links')).toBe(900);
  await apply({ links: links('u', false, NOW + DAY) });
  expect(rows('links')).toBe(1_150);
  await close();
});

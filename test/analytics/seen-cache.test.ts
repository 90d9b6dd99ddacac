import { expect, test } from 'vitest';
import type { Facts, Link } from '../../server/analytics/facts.ts';
import { createSeenCache } from '../../server/analytics/seen-cache.ts';
import type { Visitor } from '../../server/analytics/store.ts';

const NONE: Facts = {
  links: [],
  touches: [],
  visits: [],
  actions: [],
  orderReports: [],
  merges: [],
  messages: [],
};
const link = (one: Link['one'], other: Link['other']): Link => ({ one, other, receivedAtMs: 0 });
const visitor = (anonymousId: string, minute: number): Visitor => ({
  anonymousId,
  seenAtMs: Date.UTC(2026, 2, 1, 0, minute),
});
const of = (links: Link[], visitors: Visitor[] = []) => ({ facts: { ...NONE, links }, visitors });

test('a link is stored once, in either direction', () => {
  const cache = createSeenCache();
  const first = of([link('a:1', 'u:1')]);
  expect(cache.only(first)).toEqual(first);
  cache.add(first);
  expect(cache.only(of([link('a:1', 'u:1'), link('u:1', 'a:1'), link('a:1', 'u:2')])).facts.links).toEqual([
    link('a:1', 'u:2'),
  ]);
});

test('a link that was claimed is written once more when it is proven', () => {
  const cache = createSeenCache();
  cache.add(of([link('a:1', 'u:1')]));
  const proven: Link = { ...link('a:1', 'u:1'), isProven: true };
  expect(cache.only(of([proven])).facts.links).toEqual([proven]);
  cache.add(of([proven]));
  expect(cache.only(of([proven, link('u:1', 'a:1')])).facts.links).toEqual([]);
});

test('what was not kept is reported again: nothing counts as known before it is', () => {
  const cache = createSeenCache();
  const reported = of([link('a:1', 'u:1')], [visitor('1', 0)]);
  cache.only(reported);
  expect(cache.only(reported)).toEqual(reported);
});

test('a visitor’s tenth event of a few minutes costs no write; one after ten minutes does', () => {
  const cache = createSeenCache();
  const seen = (...visitors: Visitor[]) => cache.only(of([], visitors)).visitors;
  cache.add(of([], [visitor('1', 0)]));
  expect(seen(visitor('1', 5))).toEqual([]);
  expect(seen(visitor('1', 11))).toHaveLength(1);
});

test('what is older than what is stored of a visitor replaces nothing', () => {
  const cache = createSeenCache();
  cache.add(of([], [visitor('1', 20)]));
  expect(cache.only(of([], [visitor('1', 5)])).visitors).toEqual([]);
});

test('of several sightings of one visitor only the latest is kept', () => {
  const visitors = [visitor('1', 2), visitor('1', 9), visitor('1', 4), visitor('2', 1)];
  expect(createSeenCache().only(of([], visitors)).visitors).toEqual([visitors[1], visitors[3]]);
});

test('orders, touches and messages are never dropped', () => {
  const cache = createSeenCache();
  const action = { id: 'x', kind: 'cart', people: [], atMs: 0, receivedAtMs: 0 } as const;
  const reported = { facts: { ...NONE, actions: [{ ...action, people: [] }] }, visitors: [] };
  cache.add(reported);
  expect(cache.only(reported)).toEqual(reported);
});

test('after clearing, everything is passed on', () => {
  const cache = createSeenCache();
  const reported = of([link('a:1', 'u:1')], [visitor('1', 0)]);
  cache.add(reported);
  cache.clear();
  expect(cache.only(reported)).toEqual(reported);
});

test('a hundred thousand visitors exceed its bound, and none is lost', { tags: ['slow'] }, () => {
  const cache = createSeenCache();
  for (let index = 0; index < 100_000; index += 500) {
    const reported = of(
      Array.from({ length: 500 }, (_, more) => link(`a:${index + more}`, `u:${index + more}`)),
      Array.from({ length: 500 }, (_, more) => visitor(String(index + more), 0)),
    );
    expect(cache.only(reported).facts.links).toHaveLength(500);
    cache.add(reported);
  }
  const again = cache.only(of([link('a:0', 'u:0')], [visitor('0', 1)]));
  expect([again.facts.links.length, again.visitors.length]).toEqual([1, 1]);
});

import { expect, test } from 'vitest';
import type { Facts, Link } from '../../server/analytics/facts.ts';
import { createSeenCache } from '../../server/analytics/seen-cache.ts';
import type { Visitor } from '../../server/analytics/store.ts';

const NONE: Facts = { links: [], touches: [], visits: [], actions: [], orderReports: [], messages: [] };
const link = (one: Link['one'], other: Link['other']): Link => ({ one, other, receivedAtMs: 0 });
const visitor = (anonymousId: string, minute: number, parts: Partial<Visitor> = {}): Visitor => ({
  anonymousId,
  seenAt: new Date(Date.UTC(2026, 2, 1, 0, minute)).toISOString(),
  consent: { advertising: true, analytics: true, marketing: true },
  ...parts,
});
const of = (links: Link[], visitors: Visitor[] = []) => ({ facts: { ...NONE, links }, visitors });

test('a link is written once, whichever way round it is told', () => {
  const news = createSeenCache();
  const first = of([link('a:1', 'u:1')]);
  expect(news.only(first)).toEqual(first);
  news.known(first);
  expect(news.only(of([link('a:1', 'u:1'), link('u:1', 'a:1'), link('a:1', 'u:2')])).facts.links).toEqual([
    link('a:1', 'u:2'),
  ]);
});

test('what was not kept is told again: nothing counts as known before it is', () => {
  const news = createSeenCache();
  const told = of([link('a:1', 'u:1')], [visitor('1', 0)]);
  news.only(told);
  expect(news.only(told)).toEqual(told);
});

test('a visitor’s tenth event of a few minutes costs no write; a new id, another choice, or ten minutes do', () => {
  const news = createSeenCache();
  const seen = (...visitors: Visitor[]) => news.only(of([], visitors)).visitors;
  news.known(of([], [visitor('1', 0)]));
  expect(seen(visitor('1', 5))).toEqual([]);
  expect(seen(visitor('1', 11))).toHaveLength(1);
  expect(seen(visitor('1', 5, { userId: 'u1' }))).toHaveLength(1);
  const denied = { advertising: false, analytics: true, marketing: true };
  expect(seen(visitor('1', 5, { consent: denied }))).toHaveLength(1);
});

test('what is older than what is known of a visitor replaces nothing', () => {
  const news = createSeenCache();
  news.known(of([], [visitor('1', 20)]));
  expect(news.only(of([], [visitor('1', 5, { userId: 'old' })])).visitors).toEqual([]);
});

test('of several sightings of one visitor only the latest is kept', () => {
  const visitors = [visitor('1', 2), visitor('1', 9, { userId: 'u' }), visitor('1', 4), visitor('2', 1)];
  expect(createSeenCache().only(of([], visitors)).visitors).toEqual([visitors[1], visitors[3]]);
});

test('orders, touches and messages always go through: they are told twice for a reason', () => {
  const news = createSeenCache();
  const action = { id: 'x', kind: 'cart', people: [], atMs: 0, receivedAtMs: 0 } as const;
  const told = { facts: { ...NONE, actions: [{ ...action, people: [] }] }, visitors: [] };
  news.known(told);
  expect(news.only(told)).toEqual(told);
});

test('after forgetting, everything is news', () => {
  const news = createSeenCache();
  const told = of([link('a:1', 'u:1')], [visitor('1', 0)]);
  news.known(told);
  news.forget();
  expect(news.only(told)).toEqual(told);
});

test('a hundred thousand visitors are more than it remembers, and none is lost', () => {
  const news = createSeenCache();
  for (let index = 0; index < 100_000; index += 500) {
    const told = of(
      Array.from({ length: 500 }, (_, more) => link(`a:${index + more}`, `u:${index + more}`)),
      Array.from({ length: 500 }, (_, more) => visitor(String(index + more), 0)),
    );
    expect(news.only(told).facts.links).toHaveLength(500);
    news.known(told);
  }
  const again = news.only(of([link('a:0', 'u:0')], [visitor('0', 1)]));
  expect([again.facts.links.length, again.visitors.length]).toEqual([1, 1]);
});

// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Storebeacon } from '../../client/snippet/api.ts';
import { answerNothing, freshBrowser, onPage, sending, waiting } from '../support/snippet.ts';

async function load(attributes: Record<string, string> = {}): Promise<Storebeacon> {
  await onPage({ captures: 'none', ...attributes }, () => import('../../client/snippet/index.ts'));
  return window.storebeacon as Storebeacon;
}
const ALL = { advertising: true, analytics: true, marketing: true };

beforeEach(() => {
  freshBrowser();
  delete window.storebeacon;
  vi.useFakeTimers({ now: Date.parse('2026-11-21T08:00:00Z') });
  answerNothing();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('while the visitor has not chosen', () => {
  test('the last fifty messages are held; a yes lets them go in order, with who and what was allowed', async () => {
    const storebeacon = await load();
    const id = storebeacon.anonymousId();
    for (let n = 1; n <= 60; n++) storebeacon.track(`event ${n}`);
    expect([localStorage.length, document.cookie]).toEqual([0, '']);
    vi.advanceTimersByTime(60_000);
    storebeacon.consent({ analytics: true });
    const messages = waiting();
    expect(messages.map(({ event }) => event)).toEqual(
      Array.from({ length: 50 }, (_, n) => `event ${n + 11}`),
    );
    expect(messages[0]).toMatchObject({
      type: 'track',
      anonymousId: id,
      timestamp: '2026-11-21T08:00:00.000Z',
      context: {
        consent: { categoryPreferences: { advertising: false, analytics: true, marketing: false } },
      },
    });
  });

  test('a no drops them; what happens after a later yes is sent', async () => {
    const storebeacon = await load();
    storebeacon.track('before');
    storebeacon.consent({ advertising: false, analytics: false, marketing: false });
    storebeacon.track('between');
    storebeacon.consent({ analytics: true });
    storebeacon.track('after');
    expect(waiting().map(({ event }) => event)).toEqual(['after']);
  });
});

describe('identify', () => {
  test('is remembered by id alone, and goes with what follows, on later pages too', async () => {
    (await load({ consent: 'granted' })).identify('customer-1', { email: 'alice@example.com' });
    delete window.storebeacon;
    vi.advanceTimersByTime(1000);
    (await load({ consent: 'granted' })).track('later');
    expect(waiting().map(({ type, userId }) => [type, userId])).toEqual([
      ['identify', 'customer-1'],
      ['track', 'customer-1'],
    ]);
    expect(localStorage.getItem('_sb')).not.toContain('alice');
  });

  test('with an email but no id names nobody; traits are sent, and never stored', async () => {
    const sent = sending();
    const storebeacon = await load({ consent: 'granted' });
    storebeacon.identify({ email: 'alice@example.com' });
    storebeacon.identify(undefined as unknown as string, { email: 'bob@example.com' });
    expect(JSON.stringify(localStorage)).not.toMatch(/alice|bob/);
    vi.advanceTimersByTime(6000);
    expect(sent().map(({ type, traits, userId }) => [type, traits, userId])).toEqual(
      ['alice', 'alice', 'bob'].map((name) => ['identify', { email: `${name}@example.com` }, undefined]),
    );
  });
});

test('reset makes another visitor and drops what waits', async () => {
  const storebeacon = await load({ consent: 'granted' });
  storebeacon.identify('customer-1');
  const before = waiting()[0];
  storebeacon.reset();
  expect(waiting()).toEqual([]);
  storebeacon.track('after');
  expect(waiting()[0].anonymousId).not.toBe(before.anonymousId);
  expect(waiting()[0].sessionId).not.toBe(before.sessionId);
  expect(waiting()[0].userId).toBeFalsy();
});

test('the shop’s own calls always count, but an order counts once', async () => {
  const storebeacon = await load({ consent: 'granted' });
  for (let n = 0; n < 3; n++) {
    storebeacon.track('Product Viewed', { product_id: '1' });
    storebeacon.track('Order Completed', { order_id: 'A-1', total: 10 });
  }
  expect(waiting().map(({ event }) => event)).toEqual([
    'Product Viewed',
    'Order Completed',
    'Product Viewed',
    'Product Viewed',
  ]);
});

test.each([
  ['nothing at all', []],
  ['null', [null]],
  ['a number', [42]],
  ['a text', ['text', 'text']],
  ['something circular', ['event', Object.assign([], { 0: 1 })]],
  [
    'a trap',
    [
      'event',
      {
        get trap() {
          throw new Error('trap');
        },
      },
    ],
  ],
])('called with %s, no method throws', async (_what, args) => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const storebeacon = (await load({ consent: 'granted' })) as unknown as Record<
    string,
    (...args: unknown[]) => unknown
  >;
  for (const name of ['page', 'track', 'identify', 'consent', 'reset', 'anonymousId', 'ready']) {
    expect(() => storebeacon[name]?.(...args)).not.toThrow();
    expect(() => storebeacon[name]?.('event', circular)).not.toThrow();
  }
  storebeacon.consent?.(ALL);
  storebeacon.track?.('still here');
  expect(waiting().at(-1)?.event).toBe('still here');
});

test('a stub that holds a call we do not know loses only that call', async () => {
  window.storebeacon = {
    q: [
      ['track', 'early'],
      ['alias', 'x'],
      [
        'ready',
        () => {
          throw new Error('shop');
        },
      ],
      ['track', 'late'],
    ],
  } as never;
  await load({ consent: 'granted' });
  expect(waiting().map(({ event }) => event)).toEqual(['early', 'late']);
});

test('without a key there is nobody to report to, and nothing is done', async () => {
  await onPage({ key: '' }, () => import('../../client/snippet/index.ts'));
  expect(window.storebeacon).toBeUndefined();
});

// @module-tag slow
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { consumerName } from '../../server/analytics/counting.ts';
import type { Facts } from '../../server/analytics/facts.ts';
import { shopSettings } from '../../server/analytics/open.ts';
import type { AnalyticsDatabase } from '../../server/analytics/store/database.ts';
import { openSqliteAnalytics } from '../../server/analytics/store/open-sqlite.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { tempDir } from '../support/temp-dir.ts';
import {
  added,
  type CountedShop,
  checkout,
  DAY,
  hook,
  LEASE_MS,
  landing,
  MINUTE,
  mail,
  openCountedShop,
  order,
  person,
  START_MS,
  shopOf,
} from './rebuild-setup.ts';

/** Forty days of a small shop, the last thirty of which the log still holds. */
async function fortyDays(counted: CountedShop): Promise<void> {
  for (let day = 0; day < 40; day += 2) {
    const name = `p${day % 14}`;
    await counted.append(
      mail(name, `d${day}`, 'sent'),
      mail(name, `d${day}`, 'opened'),
      landing(name, `MA_${day % 3}`),
    );
    counted.nowMs += 5 * MINUTE;
    if (day % 4 === 0) await counted.append(mail(name, `d${day}`, 'clicked'), landing(name));
    await counted.append(added(name), checkout(name, `k${day}`), order(name, `o${day}`, day));
    await counted.append(
      hook(name, `o${day}`, 'Order Completed', { total: day + 0.55, financial_status: 'unpaid' }),
    );
    if (day % 6 === 0)
      await counted.append(hook(name, `o${day}`, 'Order Updated', { financial_status: 'paid' }));
    if (day % 10 === 0)
      await counted.append(hook(name, `o${day}`, 'Order Refunded', { refund_id: `r${day}`, total: 1.1 }));
    if (day % 16 === 8) await counted.append(hook(name, `o${day}`, 'Order Cancelled'));
    await counted.count();
    counted.nowMs += 2 * DAY - 5 * MINUTE;
    await counted.retain();
  }
}

describe('a rebuild gives the same totals', () => {
  test('after forty days of which the log deleted ten', async () => {
    const counted = await openCountedShop();
    await fortyDays(counted);
    const before = await counted.totals();
    expect(JSON.stringify(before)).toContain('"refundedHundredths":110');
    const { events, differences, targets } = await counted.rebuild();
    expect(differences).toEqual([]);
    expect([events > 0, targets]).toEqual([true, 5]);
    expect(await counted.totals()).toEqual(before);
    expect((await counted.log.depth(consumerName(counted.shop.id))).waiting).toBe(0);
  });

  test('repeated, and after further events', async () => {
    const counted = await openCountedShop();
    await fortyDays(counted);
    await counted.rebuild();
    await counted.append(landing('new'), order('new', 'n1'));
    await counted.count();
    const before = await counted.totals();
    for (const _ of [1, 2]) expect((await counted.rebuild()).differences).toEqual([]);
    expect(await counted.totals()).toEqual(before);
  });

  test('after RETENTION_DAYS was raised: events deleted before stay in the baseline', async () => {
    const counted = await openCountedShop();
    await counted.append(landing('ann'), order('ann', 'o1', 5));
    await counted.count();
    for (let day = 0; day < 40; day++) {
      counted.nowMs += DAY;
      await counted.retain();
    }
    const before = await counted.totals();
    const sinceMs = counted.nowMs - 60 * DAY;
    expect((await counted.rebuild({ keepsDifferences: true, sinceMs })).differences).toEqual([]);
    expect(await counted.totals()).toEqual(before);
  });

  test('after an erasure', async () => {
    const counted = await openCountedShop();
    await fortyDays(counted);
    const before = await counted.totals();
    await counted.erase('user-p4');
    expect(await counted.totals()).toEqual(before);
    expect((await counted.rebuild()).differences).toEqual([]);
    expect(await counted.totals()).toEqual(before);
    await counted.log.replaySince(consumerName(counted.shop.id), 0);
    const kept = JSON.stringify(await counted.log.lease(consumerName(counted.shop.id), 500));
    expect([kept.includes('visitor-p6'), kept.includes('visitor-p4')]).toEqual([true, false]);
  });

  test('after an erasure of the browser that led a customer to an order, which only the shop system reported', async () => {
    const counted = await openCountedShop();
    await counted.append(landing('bob'), hook('bob', 'bob-1', 'Order Completed', { total: 7.5 }));
    await counted.count();
    const before = await counted.totals();
    expect(before).toMatchObject({ marketing: [{ orders: 1, amountHundredths: 750 }] });
    await counted.erase('visitor-bob');
    expect((await counted.rebuild()).differences).toEqual([]);
    expect(await counted.totals()).toEqual(before);
  });

  test('after an erasure of the browser that reported an order, of which the customer’s refund stays', async () => {
    const counted = await openCountedShop();
    await counted.append(
      mail('bob', 'd1', 'clicked'),
      order('bob', '1'),
      hook('bob', '1', 'Order Refunded', { total: 7.5 }),
    );
    await counted.count();
    const before = await counted.totals();
    expect(JSON.stringify(before)).toContain('"amountHundredths":9250');
    await counted.erase('visitor-bob');
    expect((await counted.rebuild()).differences).toEqual([]);
    expect(await counted.totals()).toEqual(before);
  });

  test('with events not counted yet: they are counted first, and are no difference', async () => {
    const counted = await openCountedShop();
    await counted.append(landing('ann'), order('ann', '1'));
    await counted.count();
    await counted.append(order('ann', '2'), landing('bob', 'MA_2'));
    expect((await counted.rebuild()).differences).toEqual([]);
    expect(await counted.totals()).toMatchObject({
      marketing: [{ orders: 2, amountHundredths: 20_000 }, { landings: 1 }],
    });
  });

  test('for any events, in any order', async () => {
    const names = fc.constantFrom('ann', 'bob', 'eve');
    const ids = fc.constantFrom('1', '2', '3', '4');
    const campaigns = fc.constantFrom('MA_1', 'MA_2');
    const metrics = fc.constantFrom('attempted', 'sent', 'delivered', 'opened', 'clicked', 'failed');
    const stages = fc.constantFrom('Order Completed', 'Order Cancelled', 'Order Refunded');
    type Step = (counted: CountedShop) => Promise<void>;
    const append =
      (parts: Partial<ProtectedEvent>, lateMinutes: number): Step =>
      (counted) =>
        counted.append({ ...parts, timestamp: new Date(counted.nowMs - lateMinutes * MINUTE).toISOString() });
    const late = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 * 24 * 60 }));
    const step = fc.oneof<fc.Arbitrary<Step>[]>(
      fc.tuple(names, campaigns, late).map(([name, id, ago]) => append(landing(name, id), ago)),
      fc.tuple(names, late).map(([name, ago]) => append(added(name), ago)),
      fc.tuple(names, ids, late).map(([name, id, ago]) => append(checkout(name, id), ago)),
      fc.tuple(names, ids, late).map(([name, id, ago]) => append(order(name, `${name}-${id}`), ago)),
      fc
        .tuple(names, ids, stages, late)
        .map(([name, id, stage, ago]) => append(hook(name, `${name}-${id}`, stage, { total: 7.5 }), ago)),
      fc
        .tuple(names, ids, metrics, late)
        .map(([name, id, metric, ago]) => append(mail(name, `${name}-${id}`, metric), ago)),
      fc.integer({ min: 1, max: 9 * 24 }).map(
        (hours): Step =>
          async (counted) => {
            await counted.count();
            counted.nowMs += hours * 60 * MINUTE;
            await counted.retain();
          },
      ),
      names.map(
        (name): Step =>
          async (counted) => {
            await counted.count();
            await counted.erase(`visitor-${name}`);
          },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        const counted = await openCountedShop();
        for (const one of steps) await one(counted);
        await counted.count();
        const before = await counted.totals();
        expect((await counted.rebuild()).differences).toEqual([]);
        expect(await counted.totals()).toEqual(before);
        await counted.close();
      }),
      { numRuns: 4, endOnFailure: true },
    );
  }, 120_000);
});

test('an event received long after it happened is counted once, while the log holds it', async () => {
  const counted = await openCountedShop();
  const ago = (days: number) => ({ timestamp: new Date(counted.nowMs - days * DAY).toISOString() });
  await counted.append(
    { ...landing('ann'), ...ago(70) },
    { ...added('ann'), ...ago(70) },
    { ...mail('ann', 'd1', 'sent'), ...ago(200) },
    { ...landing('bob'), ...ago(420) },
    { ...order('bob', '1'), ...ago(420) },
  );
  await counted.count();
  const before = await counted.totals();
  expect(before).toMatchObject({ marketing: [{ carts: 1, orders: 1 }, { messages: { sent: 1 } }] });
  await counted.retain();
  expect((await counted.rebuild()).differences).toEqual([]);
  counted.nowMs += 40 * DAY;
  await counted.retain();
  expect(await counted.totals()).toEqual(before);
});

test('an order keeps its credit when it is refunded after its visitor was deleted, however long the log is kept', async () => {
  const store = await openSqliteAnalytics(tempDir(), { shops: shopSettings([shopOf()]) });
  onTestFinished(() => store.close());
  const reported = {
    links: [],
    touches: [],
    visits: [],
    actions: [],
    orderReports: [],
    merges: [],
    messages: [],
  };
  const at = { atMs: START_MS, receivedAtMs: START_MS };
  const placed = {
    orderId: '1',
    names: [],
    part: '',
    people: ['u:1' as const],
    items: [],
    source: 'platform' as const,
  };
  await store.transaction(async (methods) => {
    const facts: Facts = {
      ...reported,
      links: [{ one: 'a:1', other: 'u:1', receivedAtMs: START_MS }],
      touches: [{ id: 't', kind: 'landing', people: ['a:1'], claimed: [], marketingEventId: 'MA_1', ...at }],
      orderReports: [{ id: 's', stage: 'placed', amountHundredths: 100, ...placed, ...at }],
    };
    await methods.apply('shop', facts, [{ anonymousId: '1', seenAtMs: START_MS }]);
    for (const day of [89, 91, 95]) await methods.retain(START_MS + day * DAY, 80 * DAY);
    const later = { atMs: START_MS + 95 * DAY, receivedAtMs: START_MS + 95 * DAY };
    const refund = {
      id: 'r',
      stage: 'refunded' as const,
      amountHundredths: 40,
      ...placed,
      part: 'r',
      ...later,
    };
    await methods.apply('shop', { ...reported, orderReports: [refund] }, []);
    expect(await methods.marketingTotals('shop', ['MA_1'])).toMatchObject([
      { orders: 1, amountHundredths: 60 },
    ]);
  });
});

test('absurdly large amounts, which anyone can send, stop nothing', async () => {
  const counted = await openCountedShop();
  await counted.append(landing('ann'), landing('bob', 'MA_2'), order('bob', '0'));
  await counted.append(...['1', '2', '3'].map((id) => order('ann', id, 9e13)));
  await counted.count();
  expect(await counted.totals()).toMatchObject({
    marketing: [{ orders: 3 }, { orders: 1, amountHundredths: 10_000 }],
  });
  expect((await counted.rebuild()).differences).toEqual([]);
});

describe('interrupted', () => {
  /** Fails at the n-th call of a method, as a full disk would. */
  const failing = (store: AnalyticsDatabase, method: 'apply' | 'targets', at: number): AnalyticsDatabase => {
    let calls = 0;
    return {
      ...store,
      transaction: (work) =>
        store.transaction((methods) =>
          work({
            ...methods,
            [method]: (...args: never[]) => {
              if (++calls === at) throw new Error('interrupted');
              return (methods[method] as (...reported: never[]) => unknown)(...args);
            },
          }),
        ),
    };
  };

  test.each<['apply' | 'targets', number]>([
    ['targets', 1],
    ['apply', 1],
    ['targets', 2],
  ])(
    'at %s, time %i, it changes nothing, and counting goes on as if nothing had been',
    async (method, at) => {
      const counted = await openCountedShop();
      await counted.append(landing('ann'), order('ann', '1'), added('ann'));
      await counted.count();
      const before = await counted.totals();
      await expect(counted.rebuild({ store: failing(counted.store, method, at) })).rejects.toThrow(
        'interrupted',
      );
      expect(await counted.totals()).toEqual(before);
      counted.nowMs += LEASE_MS;
      await counted.count();
      expect(await counted.totals()).toEqual(before);
      expect((await counted.rebuild()).differences).toEqual([]);
    },
  );

  test('while counting events not counted before, none of them is lost', async () => {
    const counted = await openCountedShop();
    await counted.append(landing('ann'), order('ann', '1'));
    const { store } = counted;
    const cut: AnalyticsDatabase = {
      ...store,
      transaction: (work) =>
        store.transaction(async (methods) => {
          await work(methods);
          throw new Error('killed before it was written');
        }),
    };
    await expect(counted.rebuild({ store: cut })).rejects.toThrow('killed');
    counted.nowMs += LEASE_MS;
    await counted.count();
    expect(await counted.totals()).toMatchObject({ marketing: [{ landings: 1, orders: 1 }] });
  });
});

describe('after the rules were changed', () => {
  const changed = () =>
    shopOf({ MARKETING_RULES: '[{"marketing_event_id": "MA_page", "utm_campaign": "*"}]', FLOWS: '[]' });
  const visit: Partial<ProtectedEvent> = {
    type: 'page',
    identity: person('ann'),
    context: { page: { url: 'https://shop.example/?utm_campaign=spring' } },
  };

  test('differences are reported with both totals, and the running totals stay', async () => {
    const counted = await openCountedShop();
    await counted.append(visit, mail('ann', 'd1', 'sent'));
    await counted.count();
    const before = await counted.totals();
    const { differences } = await counted.rebuild({ shop: changed() });
    expect(differences.map(({ target }) => target)).toEqual([
      'flow:F1',
      'marketing:MA_mail',
      'marketing:MA_page',
    ]);
    expect(differences[1]).toMatchObject({
      before: { messages: { sent: 1 } },
      after: { messages: { sent: 0 } },
    });
    expect(differences[2]).toMatchObject({ before: undefined, after: { landings: 1 } });
    expect(await counted.totals()).toEqual(before);
    await counted.count();
    expect(await counted.totals()).toEqual(before);
  });

  test('they are stored when requested, and are no difference the next time', async () => {
    const counted = await openCountedShop();
    await counted.append(visit, mail('ann', 'd1', 'sent'));
    await counted.count();
    await counted.rebuild({ shop: changed(), keepsDifferences: true });
    expect(await counted.totals()).toMatchObject({
      marketing: [
        { marketingEventId: 'MA_mail', messages: { sent: 0 } },
        { marketingEventId: 'MA_page', landings: 1 },
      ],
    });
    expect((await counted.rebuild({ shop: changed() })).differences).toEqual([]);
  });

  test('a target that lost all its facts is marked dirty, too', async () => {
    const counted = await openCountedShop();
    await counted.append(mail('ann', 'd1', 'sent'));
    await counted.count();
    await counted.store.transaction((methods) =>
      methods.clearDirtyTargets(counted.shop.id, ['marketing:MA_mail', 'flow:F1']),
    );
    await counted.rebuild({ shop: changed(), keepsDifferences: true });
    expect(await counted.store.transaction((methods) => methods.dirtyTargets(counted.shop.id))).toEqual([
      'flow:F1',
      'marketing:MA_mail',
    ]);
  });
});

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
  checkout,
  DAY,
  type House,
  hook,
  LEASE_MS,
  landing,
  MINUTE,
  mail,
  openHouse,
  order,
  person,
  START_MS,
  shopOf,
} from './rebuild-setup.ts';

/** Forty days of a small shop, the last thirty of which the log still holds. */
async function fortyDays(house: House): Promise<void> {
  for (let day = 0; day < 40; day += 2) {
    const name = `p${day % 14}`;
    await house.tell(
      mail(name, `d${day}`, 'sent'),
      mail(name, `d${day}`, 'opened'),
      landing(name, `MA_${day % 3}`),
    );
    house.nowMs += 5 * MINUTE;
    if (day % 4 === 0) await house.tell(mail(name, `d${day}`, 'clicked'), landing(name));
    await house.tell(added(name), checkout(name, `k${day}`), order(name, `o${day}`, day));
    await house.tell(
      hook(name, `o${day}`, 'Order Completed', { total: day + 0.55, financial_status: 'unpaid' }),
    );
    if (day % 6 === 0) await house.tell(hook(name, `o${day}`, 'Order Updated', { financial_status: 'paid' }));
    if (day % 10 === 0)
      await house.tell(hook(name, `o${day}`, 'Order Refunded', { refund_id: `r${day}`, total: 1.1 }));
    if (day % 16 === 8) await house.tell(hook(name, `o${day}`, 'Order Cancelled'));
    await house.count();
    house.nowMs += 2 * DAY - 5 * MINUTE;
    await house.retain();
  }
}

describe('counted again, everything comes out as it was, to the last unit', () => {
  test('after forty days of which the log forgot ten', async () => {
    const house = await openHouse();
    await fortyDays(house);
    const before = await house.totals();
    expect(JSON.stringify(before)).toContain('"refundedHundredths":110');
    const { events, differences, targets } = await house.rebuild();
    expect(differences).toEqual([]);
    expect([events > 0, targets]).toEqual([true, 5]);
    expect(await house.totals()).toEqual(before);
    expect((await house.log.depth(consumerName(house.shop.id))).waiting).toBe(0);
  });

  test('and again, and after more was counted since', async () => {
    const house = await openHouse();
    await fortyDays(house);
    await house.rebuild();
    await house.tell(landing('new'), order('new', 'n1'));
    await house.count();
    const before = await house.totals();
    for (const _ of [1, 2]) expect((await house.rebuild()).differences).toEqual([]);
    expect(await house.totals()).toEqual(before);
  });

  test('after RETENTION_DAYS was raised: what the log let go before is not counted from it', async () => {
    const house = await openHouse();
    await house.tell(landing('ann'), order('ann', 'o1', 5));
    await house.count();
    for (let day = 0; day < 40; day++) {
      house.nowMs += DAY;
      await house.retain();
    }
    const before = await house.totals();
    const sinceMs = house.nowMs - 60 * DAY;
    expect((await house.rebuild({ keepsDifferences: true, sinceMs })).differences).toEqual([]);
    expect(await house.totals()).toEqual(before);
  });

  test('after somebody was forgotten', async () => {
    const house = await openHouse();
    await fortyDays(house);
    const before = await house.totals();
    await house.erase('user-p4');
    expect(await house.totals()).toEqual(before);
    expect((await house.rebuild()).differences).toEqual([]);
    expect(await house.totals()).toEqual(before);
    await house.log.replaySince(consumerName(house.shop.id), 0);
    const kept = JSON.stringify(await house.log.lease(consumerName(house.shop.id), 500));
    expect([kept.includes('visitor-p6'), kept.includes('visitor-p4')]).toEqual([true, false]);
  });

  test('with events nobody has counted yet: they are counted first, and are no difference', async () => {
    const house = await openHouse();
    await house.tell(landing('ann'), order('ann', '1'));
    await house.count();
    await house.tell(order('ann', '2'), landing('bob', 'MA_2'));
    expect((await house.rebuild()).differences).toEqual([]);
    expect(await house.totals()).toMatchObject({
      marketing: [{ orders: 2, amountHundredths: 20_000 }, { landings: 1 }],
    });
  });

  test('whatever happened, in whatever order', async () => {
    const names = fc.constantFrom('ann', 'bob', 'eve');
    const ids = fc.constantFrom('1', '2', '3', '4');
    const campaigns = fc.constantFrom('MA_1', 'MA_2');
    const metrics = fc.constantFrom('attempted', 'sent', 'delivered', 'opened', 'clicked', 'failed');
    const stages = fc.constantFrom('Order Completed', 'Order Cancelled', 'Order Refunded');
    type Step = (house: House) => Promise<void>;
    const tell =
      (parts: Partial<ProtectedEvent>, lateMinutes: number): Step =>
      (house) =>
        house.tell({ ...parts, timestamp: new Date(house.nowMs - lateMinutes * MINUTE).toISOString() });
    const late = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 * 24 * 60 }));
    const step = fc.oneof<fc.Arbitrary<Step>[]>(
      fc.tuple(names, campaigns, late).map(([name, id, ago]) => tell(landing(name, id), ago)),
      fc.tuple(names, late).map(([name, ago]) => tell(added(name), ago)),
      fc.tuple(names, ids, late).map(([name, id, ago]) => tell(checkout(name, id), ago)),
      fc.tuple(names, ids, late).map(([name, id, ago]) => tell(order(name, `${name}-${id}`), ago)),
      fc
        .tuple(names, ids, stages, late)
        .map(([name, id, stage, ago]) => tell(hook(name, `${name}-${id}`, stage, { total: 7.5 }), ago)),
      fc
        .tuple(names, ids, metrics, late)
        .map(([name, id, metric, ago]) => tell(mail(name, `${name}-${id}`, metric), ago)),
      fc.integer({ min: 1, max: 9 * 24 }).map(
        (hours): Step =>
          async (house) => {
            await house.count();
            house.nowMs += hours * 60 * MINUTE;
            await house.retain();
          },
      ),
      names.map(
        (name): Step =>
          async (house) => {
            await house.count();
            await house.erase(`visitor-${name}`);
          },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        const house = await openHouse();
        for (const one of steps) await one(house);
        await house.count();
        const before = await house.totals();
        expect((await house.rebuild()).differences).toEqual([]);
        expect(await house.totals()).toEqual(before);
        await house.close();
      }),
      { numRuns: 8, endOnFailure: true },
    );
  }, 120_000);
});

test('what is told long after it happened is counted once, though the log still holds it', async () => {
  const house = await openHouse();
  const ago = (days: number) => ({ timestamp: new Date(house.nowMs - days * DAY).toISOString() });
  await house.tell(
    { ...landing('ann'), ...ago(70) },
    { ...added('ann'), ...ago(70) },
    { ...mail('ann', 'd1', 'sent'), ...ago(200) },
    { ...landing('bob'), ...ago(420) },
    { ...order('bob', '1'), ...ago(420) },
  );
  await house.count();
  const before = await house.totals();
  expect(before).toMatchObject({ marketing: [{ carts: 1, orders: 1 }, { messages: { sent: 1 } }] });
  await house.retain();
  expect((await house.rebuild()).differences).toEqual([]);
  house.nowMs += 40 * DAY;
  await house.retain();
  expect(await house.totals()).toEqual(before);
});

test('an order keeps its credit when it is paid back after its visitor was forgotten, however long the log is kept', async () => {
  const store = await openSqliteAnalytics(tempDir(), { shops: shopSettings([shopOf()]) });
  onTestFinished(() => store.close());
  const told = { links: [], touches: [], visits: [], actions: [], orderReports: [], messages: [] };
  const at = { atMs: START_MS, receivedAtMs: START_MS };
  const placed = { names: ['1'], people: ['u:1' as const], items: [], source: 'webhook' as const };
  const consent = { advertising: true, analytics: true, marketing: true };
  await store.transaction(async (methods) => {
    const facts: Facts = {
      ...told,
      links: [{ one: 'a:1', other: 'u:1', receivedAtMs: START_MS }],
      touches: [{ id: 't', kind: 'landing', people: ['a:1'], marketingEventId: 'MA_1', ...at }],
      orderReports: [{ id: 's', stage: 'placed', amountHundredths: 100, ...placed, ...at }],
    };
    await methods.apply('shop', facts, [
      { anonymousId: '1', seenAt: new Date(START_MS).toISOString(), consent },
    ]);
    for (const day of [89, 91, 95]) await methods.retain(START_MS + day * DAY, 80 * DAY);
    const later = { atMs: START_MS + 95 * DAY, receivedAtMs: START_MS + 95 * DAY };
    const refund = { id: 'r', stage: 'refunded' as const, amountHundredths: 40, ...placed, ...later };
    await methods.apply('shop', { ...told, orderReports: [refund] }, []);
    expect(await methods.marketingTotals('shop', ['MA_1'])).toMatchObject([
      { orders: 1, amountHundredths: 60 },
    ]);
  });
});

test('amounts beyond all reason, which anybody may send, stop nothing', async () => {
  const house = await openHouse();
  await house.tell(landing('ann'), landing('bob', 'MA_2'), order('bob', '0'));
  await house.tell(...['1', '2', '3'].map((id) => order('ann', id, 9e13)));
  await house.count();
  expect(await house.totals()).toMatchObject({
    marketing: [{ orders: 3 }, { orders: 1, amountHundredths: 10_000 }],
  });
  expect((await house.rebuild()).differences).toEqual([]);
});

describe('cut short', () => {
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
              if (++calls === at) throw new Error('cut short');
              return (methods[method] as (...told: never[]) => unknown)(...args);
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
      const house = await openHouse();
      await house.tell(landing('ann'), order('ann', '1'), added('ann'));
      await house.count();
      const before = await house.totals();
      await expect(house.rebuild({ store: failing(house.store, method, at) })).rejects.toThrow('cut short');
      expect(await house.totals()).toEqual(before);
      house.nowMs += LEASE_MS;
      await house.count();
      expect(await house.totals()).toEqual(before);
      expect((await house.rebuild()).differences).toEqual([]);
    },
  );

  test('while it counts what nobody had counted, nothing of that is let go', async () => {
    const house = await openHouse();
    await house.tell(landing('ann'), order('ann', '1'));
    const { store } = house;
    const cut: AnalyticsDatabase = {
      ...store,
      transaction: (work) =>
        store.transaction(async (methods) => {
          await work(methods);
          throw new Error('killed before it was written');
        }),
    };
    await expect(house.rebuild({ store: cut })).rejects.toThrow('killed');
    house.nowMs += LEASE_MS;
    await house.count();
    expect(await house.totals()).toMatchObject({ marketing: [{ landings: 1, orders: 1 }] });
  });
});

test('somebody who waits to be forgotten is not forgotten about: that stays in line for the collector', async () => {
  const house = await openHouse();
  await house.tell(landing('ann'), hook('ann', '1', 'Customer Redacted'), order('ann', '2'));
  expect((await house.rebuild()).differences).toEqual([]);
  expect((await house.log.depth(consumerName(house.shop.id))).waiting).toBe(1);
  const [waiting] = await house.log.lease(consumerName(house.shop.id), 9);
  expect(waiting?.event.event).toBe('Customer Redacted');
});

describe('after the rules were changed', () => {
  const changed = () =>
    shopOf({ MARKETING_RULES: '[{"marketing_event_id": "MA_page", "utm_campaign": "*"}]', FLOWS: '[]' });
  const visit: Partial<ProtectedEvent> = {
    type: 'page',
    identity: person('ann'),
    context: { page: { url: 'https://shop.example/?utm_campaign=spring' } },
  };

  test('what differs is told, with both, and the running totals are left as they are', async () => {
    const house = await openHouse();
    await house.tell(visit, mail('ann', 'd1', 'sent'));
    await house.count();
    const before = await house.totals();
    const { differences } = await house.rebuild({ shop: changed() });
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
    expect(await house.totals()).toEqual(before);
    await house.count();
    expect(await house.totals()).toEqual(before);
  });

  test('they are kept when that is asked for, and are no difference the next time', async () => {
    const house = await openHouse();
    await house.tell(visit, mail('ann', 'd1', 'sent'));
    await house.count();
    await house.rebuild({ shop: changed(), keepsDifferences: true });
    expect(await house.totals()).toMatchObject({
      marketing: [
        { marketingEventId: 'MA_mail', messages: { sent: 0 } },
        { marketingEventId: 'MA_page', landings: 1 },
      ],
    });
    expect((await house.rebuild({ shop: changed() })).differences).toEqual([]);
  });

  test('what lost everything is reported anew, too', async () => {
    const house = await openHouse();
    await house.tell(mail('ann', 'd1', 'sent'));
    await house.count();
    await house.store.transaction((methods) =>
      methods.clearDirtyTargets(house.shop.id, ['marketing:MA_mail', 'flow:F1']),
    );
    await house.rebuild({ shop: changed(), keepsDifferences: true });
    expect(await house.store.transaction((methods) => methods.dirtyTargets(house.shop.id))).toEqual([
      'flow:F1',
      'marketing:MA_mail',
    ]);
  });
});

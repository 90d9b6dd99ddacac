import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteAnalytics } from '../../server/analytics/store/open-sqlite.ts';
import { createDrafts } from '../../server/platforms/shopline/reports/drafts.ts';
import { openLog } from '../../server/store/open.ts';
import { shopOf } from '../analytics/rebuild-setup.ts';
import { waiting } from '../support/entries.ts';
import { createFormerDataDir } from '../support/former-data-dir.ts';
import { type FormerRows, writeFormerStatistics } from '../support/former-statistics.ts';
import { tempDir } from '../support/temp-dir.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-03-01T00:01:00Z');
const NEWEST_MS = NOW_MS - 40 * DAY_MS;
const REPORTED_MS = NOW_MS - 2 * DAY_MS;
const TARGET = 'marketing:MA_1';
const RETENTION_MS = 30 * DAY_MS;
const SHOPS = { shops: { shop: { currency: 'TWD', attributionMs: 7 * DAY_MS } } };

const baseline = (measure: string, value: number, dimension = '') => ({
  ...{ shop: 'shop', target: TARGET, measure, dimension, value },
});
const order = {
  ...{ shop: 'shop', canonical_id: '1001', at: NOW_MS - 5 * DAY_MS, first_id: 'r', counted: 1, paid: 1 },
  ...{ foreign_currency: 0, amount: 12_500, refunded: 500, discount: 0, buyer: 'digest-of-buyer' },
  ...{ items: JSON.stringify([{ productId: 'tea', units: 2 }]), needs_attribution: 0, closed: 0 },
  ...{ credit_frozen: 1, touch: 't', marketing_event: 'MA_1', flow: null, node: null },
};
/** 40 landings, 3 carts and 5 opened messages of events that are long gone; one order and one landing that are not. */
const ROWS: FormerRows = {
  baseline: [
    baseline('landing', 40, 'tw'),
    baseline('newest', NEWEST_MS, 'tw'),
    baseline('cart', 3),
    baseline('message-opened', 5),
    baseline('newest', NEWEST_MS),
  ],
  orders: [order],
  visits: [
    {
      ...{ shop: 'shop', id: 'v', marketing_event: 'MA_1', person: 'a:ann', country: 'tw' },
      ...{ at: NOW_MS - 6 * DAY_MS, received_at: NOW_MS - 6 * DAY_MS },
    },
  ],
  members: ['one', 'two'].map((member) => ({
    ...{ shop: 'shop', target: TARGET, kind: 'visitor', member, person: null, received_at: 0 },
  })),
  targets: [{ shop: 'shop', target: TARGET, pending: 0 }],
  synced: [
    {
      ...{ shop: 'shop', target: TARGET },
      body: JSON.stringify({
        ...{ target: TARGET, nodes: [], digest: 'd', at: '2026-02-27T00:01:00.000Z' },
        newestAtMs: { '': REPORTED_MS },
      }),
    },
  ],
};

const TOTALS = {
  ...{ marketingEventId: 'MA_1', newestAtMs: NOW_MS - 5 * DAY_MS, orders: 1, paidOrders: 1 },
  ...{ amountHundredths: 12_500, refundedHundredths: 500, units: 2, buyers: 1, newBuyers: 1, visitors: 2 },
  ...{ landings: 41, carts: 3, messages: { opened: 5 }, regions: [{ country: 'tw', landings: 41 }] },
};

test.each([
  { version: 1, tables: 'whole before' },
  { version: 2, tables: 'whole' },
] as const)(
  'statistics of version $version with a baseline keep their totals and the time last reported, through upgrade and retention',
  async ({ version, tables }) => {
    const dataDir = tempDir();
    await writeFormerStatistics(dataDir, ROWS, version);
    const former = createFormerDataDir(dataDir, { tables });
    former.consumer('statistics@shop', 0);
    former.order('1001', ['1001'], {
      webhook: { event: 'Order Completed', source: 'webhook', properties: { order_id: '1001', total: 125 } },
    });
    former.close();
    for (const _ of ['upgraded', 'opened again']) {
      const log = await openLog({
        ...{ dataDir, retentionMs: RETENTION_MS, clock: () => NOW_MS },
        consumers: [{ name: 'statistics@shop', shop: 'shop', decryptsPii: false, audience: 'statistics' }],
        shops: waiting(30_000, { ordersFrom: 'platform', hasPlatform: true }),
      });
      onTestFinished(() => log.close());
      const store = await openSqliteAnalytics(dataDir, SHOPS);
      await store
        .transaction(async (methods) => {
          expect(await methods.targets('shop')).toEqual([TARGET]);
          expect(await methods.marketingTotals('shop', ['MA_1'])).toMatchObject([TOTALS]);
          await methods.retain(NOW_MS, RETENTION_MS);
          expect(await methods.marketingTotals('shop', ['MA_1'])).toMatchObject([TOTALS]);
          const synced = await methods.synced('shop');
          const known = new Map(synced.map((row) => [row.target, row]));
          const shop = { ...shopOf(), id: 'shop' };
          if (!shop.shopline) throw new Error('the shop is at SHOPLINE');
          const drafts = createDrafts({ shop, admin: shop.shopline, state: methods });
          expect(await drafts.of([TARGET], known, NOW_MS)).toMatchObject([
            { item: { occurred_on: REPORTED_MS } },
          ]);
        })
        .finally(() => store.close());
      await log.close();
    }
    const file = new DatabaseSync(join(dataDir, 'analytics.db'), { readOnly: true });
    onTestFinished(() => file.close());
    expect(file.prepare('SELECT count(*) AS rows FROM baseline').get()).toEqual({ rows: 5 });
  },
);

import { expect, onTestFinished, test } from 'vitest';
import type { Synced } from '../../../server/analytics/store.ts';
import type { Clock } from '../../../server/lib/clock.ts';
import { createHttp } from '../../../server/lib/http-client.ts';
import { createRateLimiters } from '../../../server/lib/rate-limiter.ts';
import { createCounters } from '../../../server/observe/counters.ts';
import { ADMIN_RATE, createAdminApi } from '../../../server/platforms/shopline/admin/client.ts';
import { createSync } from '../../../server/platforms/shopline/reports/sync.ts';
import { createTokens } from '../../../server/platforms/shopline/tokens/tokens.ts';
import { createSandbox, SANDBOX_CREDENTIALS, shoplineToken } from '../../../server/sandbox/index.ts';
import { EVERY_JOB } from '../../../server/store/jobs.ts';
import { flow, marketing, NO_MESSAGES, NOW_MS, node } from '../../analytics/fixtures.ts';
import { createFakeClock } from '../../support/clock.ts';
import { HOUR_MS } from './tokens.ts';

test('with a token that has ended, all statistics still arrive in a strict SHOPLINE, each as it should be', async () => {
  const clock = createFakeClock(NOW_MS);
  const { appKey, appSecret, storeId, sourceType, handle } = SANDBOX_CREDENTIALS.shopline;
  const accessToken = shoplineToken({ appKey, storeId }, NOW_MS - HOUR_MS, 2 * HOUR_MS);
  const sandbox = await createSandbox({ clock: clock.now, credentials: { shopline: { accessToken } } });
  onTestFinished(() => sandbox.close());
  const { http, close } = createHttp({ timeoutMs: 5_000, connections: 2 });
  onTestFinished(close);
  const admin = {
    handle,
    endpoint: sandbox.urls.shopline,
    apiVersion: 'v20260301',
    accessToken,
    appKey,
    appSecret,
    storeId,
    sourceType,
  };
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  const settings = { readSetting: async () => undefined };
  const shops = [{ id: 'tea', shopline: admin }];
  // It oversleeps, so that only a refusal makes it renew.
  const sleepy: Clock = {
    now: clock.now,
    sleep: (_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
  };
  const tokens = await createTokens({
    ...{ shops, http, settings, clock: sleepy, logger, random: () => 0.5 },
    log: { ...EVERY_JOB, readFact: async () => undefined, writeFact: async () => true },
  });
  onTestFinished(() => tokens.stop());
  const rateLimiter = createRateLimiters(clock)('tea', ADMIN_RATE.perSecond, ADMIN_RATE.burst);
  const { signal } = new AbortController();
  const flows = [
    { flow_id: 'f1', campaign_id: '1', nodes: [{ node_id: 'n1', action_id: '7', parent_node_id: 'n0' }] },
  ];
  const marks = new Set(['marketing:MA_1', 'marketing:unknown', 'flow:f1']);
  const rows = new Map<string, Synced>([['flow:f1', { target: 'flow:f1', nodes: ['n1', 'n9'], at: '' }]]);
  const messages = { ...NO_MESSAGES, attempted: 3, sent: 3, delivered: 2, opened: 1 };
  const sync = createSync({
    shop: { id: 'tea', statistics: { attributionMs: 0, rules: [], flows } },
    admin,
    api: createAdminApi({ admin, http: tokens.wrap(http), rateLimiter: () => rateLimiter(signal) }),
    state: {
      dirtyTargets: async () => [...marks],
      clearDirtyTargets: async () => marks.clear(),
      marketingTotals: async (_shop, ids) =>
        ids.map((id) =>
          marketing(id, {
            orders: 2,
            amountHundredths: 333_33,
            messages,
            regions: [{ country: 'tw', landings: 1 }],
            products: [{ productId: '16062938070772167548642145', units: 2 }],
          }),
        ),
      flowTotals: async (_shop, ids) =>
        ids.map((id) => flow(id, { messages, nodes: [node('n1', { messages })] })),
      synced: async () => [...rows.values()],
      async recordSynced(_shop, noted) {
        for (const row of noted) rows.set(row.target, row);
      },
    },
    clock,
    counters: createCounters(),
    logger,
  });
  await clock.advance(2 * HOUR_MS);
  const report = await sync.run();
  expect(report.marketing).toMatchObject({ sent: 2, accepted: 1, errors: [{ id: 'unknown' }] });
  expect(report.flows).toMatchObject({ sent: 1, accepted: 1, errors: [] });
  expect(report.marketing.traceIds).toHaveLength(3);
  expect(sandbox.received('shopline').map(({ path, status }) => [path.split('/').at(-1), status])).toEqual([
    ['sync_data.json', 401],
    ['refresh', 200],
    ['sync_data.json', 200],
    ['sync_data.json', 200],
    ['sync_data.json', 200],
    ['batch_sync_flow_data.json', 200],
  ]);
  expect(rows.get('flow:f1')?.nodes).toEqual(['n1']);
});

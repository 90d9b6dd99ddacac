// @module-tag slow
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../server/lib/clock.ts';
import type { Http } from '../../../server/lib/http-client.ts';
import { createTokens } from '../../../server/platforms/shopline/tokens/tokens.ts';
import { openLog } from '../../../server/store/open.ts';
import { eventually } from '../../support/eventually.ts';
import { ownSchema } from '../../support/postgres-for-tests.ts';
import { startPostgresProxy } from '../../support/postgres-proxy.ts';
import { HOUR_MS, jwt } from './tokens.ts';

const ENDPOINT = 'https://tea.myshopline.com';
const CONFIGURED = jwt(Date.now() - HOUR_MS, Date.now() + 9 * HOUR_MS, 'configured');
const REQUEST = {
  method: 'GET',
  url: `${ENDPOINT}/admin/openapi/orders.json`,
  headers: { Authorization: `Bearer ${CONFIGURED}` },
} as const;

/** SHOPLINE: each renewal makes the token before it invalid. */
function createShopline() {
  let valid = CONFIGURED;
  let given = 0;
  return {
    refuseAll: () => {
      valid = 'none';
    },
    given: () => given,
    valid: () => valid,
    /** @param answered resolves before a renewal is answered. */
    http:
      (answered: Promise<void>): Http =>
      async ({ url, headers }) => {
        if (!url.endsWith('/token/refresh'))
          return { status: headers.Authorization === `Bearer ${valid}` ? 200 : 401, headers: {}, body: '{}' };
        const accessToken = jwt(Date.now(), Date.now() + 10 * HOUR_MS, `renewed-${++given}`);
        valid = accessToken;
        await answered;
        return { status: 200, headers: {}, body: JSON.stringify({ code: 200, data: { accessToken } }) };
      },
  };
}

test('both renew a token: that of the collector which has the job now counts, also for the one that stood still', async () => {
  const own = ownSchema();
  const proxy = await startPostgresProxy(own.databaseUrl);
  onTestFinished(proxy.close);
  const shopline = createShopline();
  async function startOne(databaseUrl: string, answered = Promise.resolve()) {
    const options = { ...own, databaseUrl, consumers: [], retentionMs: 24 * HOUR_MS, dataDir: '' };
    const log = await openLog({ ...options, aliveMs: 1_000 });
    const http = shopline.http(answered);
    const tokens = await createTokens({
      ...{ log, http, clock: systemClock, random: Math.random },
      shops: [
        {
          id: 'tea',
          shopline: {
            ...{ handle: 'tea', endpoint: ENDPOINT, apiVersion: 'v20260301', accessToken: CONFIGURED },
            ...{ appKey: 'app-key-0123', appSecret: 'app-secret-4567' },
            ...{ storeId: undefined, sourceType: undefined },
          },
        },
      ],
      settings: { readSetting: async () => undefined },
      logger: { info() {}, warn() {}, error() {} },
    });
    onTestFinished(async () => {
      await tokens.stop();
      await log.close();
    });
    return { tokens, log, request: () => tokens.wrap(http)(REQUEST) };
  }

  const gate = Promise.withResolvers<void>();
  const first = await startOne(proxy.url, gate.promise);
  const second = await startOne(own.databaseUrl);
  expect((await first.request()).status).toBe(200);
  shopline.refuseAll();
  const stalled = first.request();
  await eventually(shopline.given, (given) => given === 1);
  proxy.cut();
  await eventually(
    () => second.log.claimJob('token-renewal:tea'),
    (claim) => claim !== undefined,
  );
  shopline.refuseAll();
  expect((await second.request()).status).toBe(200);
  expect(shopline.given()).toBe(2);

  proxy.mend();
  gate.resolve();
  expect((await stalled).status).toBe(200);
  expect(first.tokens.current('tea')).toBe(shopline.valid());
  expect(second.tokens.current('tea')).toBe(shopline.valid());
  expect((await startOne(own.databaseUrl)).tokens.current('tea')).toBe(shopline.valid());
  expect(shopline.given()).toBe(2);
});

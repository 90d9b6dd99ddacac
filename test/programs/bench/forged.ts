import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SANDBOX_CREDENTIALS } from '../../../server/sandbox/credentials.ts';
import { orderPayload, signShopline } from '../../../server/sandbox/webhooks.ts';
import { basic } from '../../support/shop.ts';
import { startCollector } from './collector.ts';
import { orderCompleted, WRITE_KEY } from './order.ts';
import { WEBHOOK_VARIABLES } from './webhook-requests.ts';

const { handle, appSecret, accessToken } = SANDBOX_CREDENTIALS.shopline;
const FORGED = 20;

/**
 * Orders that a page alone reports after the shop system has reported one: none of them becomes an event that is
 * delivered. One line when some did.
 */
export async function checkForged(dataDir: string, args: readonly string[]): Promise<string[]> {
  const nowhere = { TIKTOK_ENDPOINT: 'http://127.0.0.1:9', SHOPLINE_ENDPOINT: 'http://127.0.0.1:9' };
  const { tiktok } = SANDBOX_CREDENTIALS;
  const collector = await startCollector({
    dataDir,
    args,
    destination: {
      ...nowhere,
      ...{ TIKTOK_PIXEL_CODE: tiktok.pixelCode, TIKTOK_ACCESS_TOKEN: tiktok.accessToken },
      ...{ SHOPLINE_HANDLE: handle, SHOPLINE_ACCESS_TOKEN: accessToken },
      SHOPLINE_APP_SECRET: WEBHOOK_VARIABLES.SHOPLINE_APP_SECRET,
    },
  });
  const post = async (path: string, headers: Record<string, string>, body: string) => {
    const response = await fetch(`http://127.0.0.1:${collector.port}${path}`, {
      method: 'POST',
      headers,
      body,
    });
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
  };
  try {
    const order = { orderId: 'genuine', number: '#1001', placedAtMs: Date.now(), lines: [] };
    const signed = signShopline({
      ...{ topic: 'orders/create', body: orderPayload(order), webhookId: 'genuine' },
      ...{ secret: appSecret, shopDomain: `${handle}.myshopline.com` },
    });
    await post('/v1/webhooks/shopline', signed.headers, signed.body);
    const now = new Date().toISOString();
    const batch = Array.from({ length: FORGED }, (_, number) => orderCompleted(`forged-${number}`, now));
    await post('/v1/batch', { authorization: basic(WRITE_KEY) }, JSON.stringify({ batch }));
  } finally {
    await collector.kill();
  }
  const made = countMade(dataDir);
  return made === 0 ? [] : [`${made} orders were made by a page alone`];
}

function countMade(dataDir: string): number {
  const log = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
  const row = log
    .prepare(
      `SELECT count(*) AS made FROM events WHERE audience & 1 AND CAST(body AS TEXT) LIKE '%"forged-%'`,
    )
    .get();
  log.close();
  return Number(row?.made);
}

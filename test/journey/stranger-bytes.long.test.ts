// @module-tag slow
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startWebhookShop } from '../support/webhook-shop.ts';

const TOKENS = ['cart_token', 'cart_id', 'checkout_token', 'order_mark'];
const filler = 'v'.repeat(31_500);

/** What a browser shows is kept for the order it may belong to. With the public write key anybody can send as much of it. */
test.each([
  ['Order Completed', { campaign: { filler } }, randomUUID],
  ['Checkout Started', { campaign: { filler } }, randomUUID],
  ['Checkout Started', {}, () => `${randomUUID()}${'v'.repeat(470)}`],
] as const)('four tokens in %s: what they are shown with is stored once', async (event, context, token) => {
  const shop = await startWebhookShop();
  await shop.place('2105022431212188732466300', '#D6999', { userId: '7' });
  await shop.settled();
  const bytesOnDisk = () => statSync(join(shop.dataDir, 'store.db')).size;
  const before = bytesOnDisk();
  let [packed, plain] = [0, 0];
  for (let nth = 0; nth < 20; nth++) {
    const batch = Array.from({ length: 15 }, () => ({
      ...{ type: 'track', event, anonymousId: randomUUID(), context },
      properties: Object.fromEntries(TOKENS.map((name) => [name, token()])),
    }));
    const text = JSON.stringify({ batch });
    const body = gzipSync(text);
    packed += body.length;
    plain += text.length;
    expect((await shop.post('/v1/batch', body)).status).toBe(200);
  }
  await shop.settled();
  await shop.stop();
  const grown = bytesOnDisk() - before;
  expect(grown, `${packed} bytes packed, ${plain} unpacked, ${grown} stored`).toBeLessThan(3 * plain);
});

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { startWebhookShop } from '../support/webhook-shop.ts';

const TOKEN = 'cart-9f1c27d4b8e04a52';

/** Anybody may buy something and then send any number of reports with the token of their own cart. */
test('of hundreds of reports with the token of one cart an order joins 20, the genuine page among them', async () => {
  const shop = await startWebhookShop({ ORDER_MERGE_SECONDS: '30' });
  await shop.place('21050224312121887324660001', '#D1', { userId: '7' });
  const report = (anonymousId: string) => ({
    ...{ type: 'track', event: 'Order Completed', anonymousId },
    properties: { order_id: '21050224312121887324660002', cart_id: TOKEN },
  });
  const genuine = randomUUID();
  expect((await shop.post('/v1/batch', JSON.stringify({ batch: [report(genuine)] }))).status).toBe(200);
  await shop.place('21050224312121887324660002', '#D2', {
    userId: '666',
    cartToken: TOKEN,
  });
  for (let nth = 0; nth < 3; nth++) {
    const batch = Array.from({ length: 100 }, () => report(randomUUID()));
    expect((await shop.post('/v1/batch', JSON.stringify({ batch }))).status).toBe(200);
  }
  await shop.counted();
  await shop.stop();
  const read = (file: string, query: string) => {
    const database = new DatabaseSync(join(shop.dataDir, file), {
      readOnly: true,
    });
    const rows = database.prepare(query).all();
    database.close();
    return rows;
  };
  const joined = read('store.db', `SELECT visitor FROM evidence WHERE status = 'joined'`);
  expect(joined).toHaveLength(20);
  expect(joined).toContainEqual({ visitor: genuine });
  expect(read('store.db', `SELECT id FROM evidence WHERE status = 'open'`)).toHaveLength(281);
  expect(
    read('analytics.db', `SELECT id FROM order_reports WHERE body LIKE '%"isEvidence":true%'`),
  ).toHaveLength(20);
});

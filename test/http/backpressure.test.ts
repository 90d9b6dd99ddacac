// @module-tag slow
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { basic, eventually, startCollector } from '../support/collector.ts';
import { slowDisk } from '../support/slow-disk.ts';
import { startWebhookShop } from '../support/webhook-shop.ts';

let last = 0;
/** About 450 KB, no two alike, of which little is stored. */
const large = () => {
  const batch = [{ type: 'track', event: 'Seen', anonymousId: 'v', messageId: `busy-${++last}` }];
  return JSON.stringify({ batch, pad: 'x'.repeat(450_000) });
};
const REQUESTS = 120;

test.each([
  { how: 'as they are', body: large, headers: {} },
  { how: 'packed small', body: () => gzipSync(large()), headers: { 'content-encoding': 'gzip' } },
])(
  'bodies sent $how: more than 32 MiB at once is answered 503 with Retry-After, and what was answered 200 is stored',
  async ({ body, headers }) => {
    const { wrapLog, letGo } = slowDisk();
    const collector = await startCollector({}, { wrapLog });
    const answers = Array.from({ length: REQUESTS }, () =>
      collector.post('/v1/batch', body(), headers as Record<string, string>),
    );
    let refused = 0;
    for (const answer of answers)
      void answer.then(({ status }) => {
        if (status === 503) refused++;
      });
    const fitting = Math.floor((32 * 1024 * 1024) / large().length);
    await eventually(
      () => refused,
      (count) => count >= REQUESTS - fitting,
    );
    letGo();
    const all = await Promise.all(answers);
    const busy = all.filter(({ status }) => status === 503);
    const stored = all.filter(({ status }) => status === 200);
    expect(busy.length + stored.length).toBe(REQUESTS);
    expect(stored.length).toBe(fitting);
    expect(collector.events.length).toBe(fitting);
    expect(busy[0]?.headers.get('retry-after')).toBe('1');
    expect(await busy[0]?.json()).toMatchObject({ code: 'busy' });
    expect((await collector.post('/v1/batch', large())).status).toBe(200);
  },
);

test('when browsers have filled their memory, a webhook and the backend are taken', async () => {
  const SERVER_KEY = 'server-key-of-the-backend-0123';
  const { wrapLog, letGo } = slowDisk();
  const shop = await startWebhookShop({ SERVER_KEY }, { wrapLog });
  const strangers = Array.from({ length: 100 }, () => shop.post('/v1/batch', large()));
  expect((await Promise.race(strangers)).status).toBe(503);
  const backend = shop.post('/v1/batch', large(), { authorization: basic(SERVER_KEY) });
  const inBody = fetch(`${shop.base}/v1/batch`, {
    method: 'POST',
    body: JSON.stringify({ ...JSON.parse(large()), writeKey: SERVER_KEY }),
  });
  const webhook = shop.place('2105022431212188732466300', '#D6999', { userId: '7' });
  // What is refused for lack of memory is answered at once; what is taken waits for the disk.
  const first = await Promise.race([
    backend,
    inBody,
    webhook,
    new Promise((resolve) => setTimeout(resolve, 500)),
  ]);
  expect(first).toBeUndefined();
  letGo();
  expect((await Promise.all([backend, inBody, webhook])).map(({ status }) => status)).toEqual([
    200, 200, 200,
  ]);
  await Promise.all(strangers);
});

test('the operator sees how much is under way, and none of it when it is over', async () => {
  const { wrapLog, letGo } = slowDisk();
  const collector = await startCollector({}, { wrapLog });
  const held = async () => {
    const scrape = await (await collector.admin('GET', '/metrics')).text();
    return Number(/^storebeacon_ingest_in_flight_bytes (\d+)$/m.exec(scrape)?.[1]);
  };
  const body = large();
  const answer = collector.post('/v1/batch', body);
  await eventually(held, (bytes) => bytes === body.length);
  letGo();
  expect((await answer).status).toBe(200);
  await collector.post('/v1/batch', 'not JSON');
  await collector.post('/v1/batch', 'x'.repeat(600_000)).catch(() => {});
  expect(await held()).toBe(0);
});

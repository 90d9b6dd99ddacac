// @module-tag slow
import { connect } from 'node:net';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { inShop } from '../../server/operator/places.ts';
import type { Setup } from '../../shared/operator-api/index.ts';
import { ADMIN_TOKEN, type Collector, eventually, startCollector } from '../support/collector.ts';

const collector = await startCollector({}, { whenOver: afterAll });

/** An open stream, with what it received so far. */
async function listen(of: Collector, headers: Record<string, string>) {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(`${of.base}/admin/stream`, { headers, signal: abort.signal });
  const received = { text: '', isOver: false };
  const read = async () => {
    for await (const chunk of response.body ?? []) received.text += new TextDecoder().decode(chunk);
    received.isOver = true;
  };
  void read().catch(() => {});
  return { status: response.status, retryAfter: response.headers.get('retry-after'), received, abort };
}

const TOKEN = { authorization: `Bearer ${ADMIN_TOKEN}` };
const over = (received: { isOver: boolean; text: string }) =>
  eventually(
    () => Promise.resolve(received),
    ({ isOver }) => isOver,
  );

async function login(of: Collector) {
  const response = await fetch(`${of.base}/console/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: ADMIN_TOKEN }),
  });
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return { cookie, csrf: ((await response.json()) as { csrf: string }).csrf };
}

test('a stream shows at once how destinations are', async () => {
  const { status, received } = await listen(collector, TOKEN);
  expect(status).toBe(200);
  await eventually(
    () => Promise.resolve(received.text),
    (text) => /event: status\ndata: \{"at":.*"destination":"tiktok".*"indexedUntil"/.test(text),
  );
});

test('a logout ends the streams of its session, and no others', async () => {
  const { cookie, csrf } = await login(collector);
  const own = await listen(collector, { cookie });
  const other = await listen(collector, TOKEN);
  await fetch(`${collector.base}/console/logout`, {
    method: 'POST',
    headers: { cookie, 'x-csrf-token': csrf },
  });
  await over(own.received);
  expect(own.received.text).toMatch(/event: end\ndata: \{\}\n\n$/);
  expect(other.received.isOver).toBe(false);
});

test('more than twenty at one time are refused; one that ends makes room', async () => {
  const one = await startCollector();
  const streams = [];
  for (let index = 0; index < 20; index++) streams.push(await listen(one, TOKEN));
  const refused = await listen(one, TOKEN);
  expect([refused.status, Number(refused.retryAfter)]).toEqual([429, 30]);
  streams[0]?.abort.abort();
  await eventually(
    () => listen(one, TOKEN),
    ({ status }) => status === 200,
  );
});

test('a reader that reads nothing is cut once it is a megabyte behind, and makes room', async () => {
  const one = await startCollector();
  const { hostname, port } = new URL(one.base);
  const silent = connect({ host: hostname, port: Number(port) }).pause();
  onTestFinished(() => void silent.destroy());
  silent.write(
    `GET /admin/stream HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: ${TOKEN.authorization}\r\n\r\n`,
  );
  const others = [];
  for (let index = 0; index < 19; index++) others.push(await listen(one, TOKEN));
  await eventually(
    () => listen(one, TOKEN),
    ({ status }) => status === 429,
  );
  const path = `/${'long'.repeat(5_000)}`;
  let number = 0;
  const batch = () =>
    one.post('/v1/batch', {
      batch: Array.from({ length: 10 }, () => ({
        ...{ type: 'page', messageId: `long-${number++}`, anonymousId: 'ann' },
        context: { page: { path } },
      })),
    });
  await eventually(
    async () => {
      expect((await batch()).status).toBe(200);
      return listen(one, TOKEN);
    },
    ({ status }) => status === 200,
  );
  expect(others.filter(({ received }) => received.isOver)).toEqual([]);
});

test('a request for the headers alone takes no place', async () => {
  const fresh = await startCollector();
  for (let count = 0; count < 21; count++) {
    const response = await fetch(`${fresh.base}/admin/stream`, {
      method: 'HEAD',
      headers: TOKEN,
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  }
  expect((await listen(fresh, TOKEN)).status).toBe(200);
});

test('one shop’s alerts and findings are shown with those of the process, and no other shop’s', async () => {
  const shops = await startCollector({}, { shops: { one: {}, two: { WRITE_KEY: 'key-of-two' } } });
  const get = async (path: string) => (await shops.admin('GET', path)).json();
  const setup = (await get('/admin/setup?shop=two')) as Setup;
  expect(setup.shops.map(({ id }) => id)).toEqual(['two']);
  expect(setup.findings.filter(({ shop = 'two' }) => shop !== 'two')).toEqual([]);
  expect(((await get('/admin/setup')) as Setup).shops.map(({ id }) => id)).toEqual(['one', 'two']);
  for (const path of ['/admin/alerts', '/admin/setup', '/admin/stream'])
    expect((await shops.admin('GET', `${path}?shop=three`)).status).toBe(404);
  const alerts = [{ shop: 'one' }, { shop: 'two' }, {}];
  expect(alerts.filter(inShop('two'))).toEqual([{ shop: 'two' }, {}]);
  expect(alerts.filter(inShop(undefined))).toEqual(alerts);
});

test('a shutdown ends them and does not wait for their readers', async () => {
  const one = await startCollector();
  const { received } = await listen(one, TOKEN);
  const startedAt = performance.now();
  await one.stop();
  expect(performance.now() - startedAt).toBeLessThan(8_000);
  await over(received);
});

// @module-tag slow
import { afterAll, expect, onTestFinished, test } from 'vitest';
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

test('a shutdown ends them and does not wait for their readers', async () => {
  const one = await startCollector();
  const { received } = await listen(one, TOKEN);
  const startedAt = performance.now();
  await one.stop();
  expect(performance.now() - startedAt).toBeLessThan(8_000);
  await over(received);
});

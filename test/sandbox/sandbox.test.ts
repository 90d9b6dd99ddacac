import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type Api,
  createSandbox,
  type Fault,
  Faults,
  type Received,
  SANDBOX_CREDENTIALS,
  type Sandbox,
  type SandboxOptions,
} from '../../server/sandbox/index.ts';
import { createRequestRecord } from '../../server/sandbox/record.ts';

const opened: Sandbox[] = [];
afterEach(async () => void (await Promise.all(opened.splice(0).map((sandbox) => sandbox.close()))));

async function open(options?: SandboxOptions): Promise<Sandbox> {
  const sandbox = await createSandbox(options);
  opened.push(sandbox);
  return sandbox;
}

const BASIC = `Basic ${btoa(`${SANDBOX_CREDENTIALS.customerio.apiKey}:`)}`;
const track = (messageId: string) => ({ type: 'track', userId: 'u1', event: 'Product Viewed', messageId });

/** One good event to Customer.io, the API with the plainest answer: `200 {}`. */
function send(sandbox: Sandbox, messageId = 'm1', init: RequestInit = {}): Promise<Response> {
  return fetch(`${sandbox.urls.customerio}/v1/track`, {
    method: 'POST',
    headers: { authorization: BASIC, 'content-type': 'application/json', 'x-strict-mode': '1' },
    body: JSON.stringify(track(messageId)),
    ...init,
  });
}

/** Statuses of several requests sent one after the other; 0 where the connection broke. */
async function statuses(sandbox: Sandbox, count: number): Promise<number[]> {
  const seen: number[] = [];
  for (let index = 0; index < count; index++)
    seen.push(
      await send(sandbox, `m${index}`).then(
        (answer) => answer.status,
        () => 0,
      ),
    );
  return seen;
}

describe('an API can be made to fail on purpose', () => {
  test('a status stands in place of the answer, and the event is not taken', async () => {
    const sandbox = await open();
    sandbox.setFaults('customerio', { status: 503, headers: { 'Retry-After': '2' } });
    const answer = await send(sandbox);
    expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([503, '2', '']);
    expect(sandbox.accepted('customerio')).toEqual([]);
    expect(sandbox.received('customerio')).toMatchObject([{ status: 503, fault: { status: 503 } }]);
  });

  test.each<{ body: Fault['body']; type: string; text: string }>([
    {
      body: '<html>502 Bad Gateway</html>',
      type: 'text/html',
      text: '<html>502 Bad Gateway</html>',
    },
    { body: { code: 40100 }, type: 'application/json; charset=utf-8', text: '{"code":40100}' },
  ])('a body of $type goes out as it is', async ({ body, type, text }) => {
    const sandbox = await open();
    sandbox.setFaults('customerio', { status: 502, ...(body !== undefined && { body }) });
    const answer = await send(sandbox);
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual([type, text]);
  });

  test('a body without a status is answered with 200, as TikTok words its errors', async () => {
    const sandbox = await open();
    sandbox.setFaults('tiktok', { body: { code: 20001, message: 'Partial success' } });
    const answer = await fetch(sandbox.urls.tiktok, { method: 'POST' });
    expect([answer.status, await answer.json()]).toEqual([200, { code: 20001, message: 'Partial success' }]);
  });

  test('a delay holds back the own answer of the API, which took the event at once', async () => {
    const sandbox = await open();
    sandbox.setFaults('customerio', { delayMs: 80 });
    const startMs = performance.now();
    const answer = await send(sandbox);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(75);
    expect([answer.status, sandbox.accepted('customerio').length]).toEqual([200, 1]);
  });

  test.each<{ fault: Fault; taken: number }>([
    { fault: { reset: 'before-answer' }, taken: 0 },
    { fault: { reset: 'before-answer', after: 'accept' }, taken: 1 },
  ])('$fault breaks the connection without a byte; events taken: $taken', async ({ fault, taken }) => {
    const sandbox = await open();
    sandbox.setFaults('customerio', fault);
    await expect(send(sandbox)).rejects.toThrow();
    expect(sandbox.accepted('customerio')).toHaveLength(taken);
    expect(sandbox.received('customerio')).toMatchObject([{ status: 0 }]);
  });

  test('a reset in mid-body shows the status and then half an answer', async () => {
    const sandbox = await open();
    sandbox.setFaults('customerio', { reset: 'mid-body', body: { long: 'x'.repeat(400) } });
    const answer = await send(sandbox);
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    expect(sandbox.accepted('customerio')).toEqual([]);
  });

  test('a hanging API never answers; a caller that gives up is free, and the event may be taken', async () => {
    const sandbox = await open();
    sandbox.setFaults('customerio', { hang: true, after: 'accept' });
    await expect(send(sandbox, 'm1', { signal: AbortSignal.timeout(80) })).rejects.toThrow(/timeout/);
    expect(sandbox.accepted('customerio')).toEqual([track('m1')]);
  });

  test('an accepted event whose answer is an error is still accepted', async () => {
    const sandbox = await open();
    sandbox.setFaults('customerio', { status: 500, after: 'accept', times: 1 });
    expect(await statuses(sandbox, 2)).toEqual([500, 200]);
    expect(sandbox.accepted('customerio')).toEqual([track('m0'), track('m1')]);
  });

  test('a script is used up in order, and an empty fault lets requests pass', async () => {
    const sandbox = await open();
    sandbox.setFaults('customerio', [
      { status: 500, times: 2 },
      { times: 1 },
      { reset: 'before-answer', times: 1 },
      { status: 429, times: 1 },
    ]);
    expect(await statuses(sandbox, 6)).toEqual([500, 500, 200, 0, 429, 200]);
  });

  test('without times it lasts until cleared, and only at its own API', async () => {
    const sandbox = await open();
    sandbox.setFaults('tiktok', { status: 500 });
    sandbox.setFaults('customerio', { status: 503 });
    expect(await statuses(sandbox, 3)).toEqual([503, 503, 503]);
    sandbox.setFaults('customerio', undefined);
    expect(await statuses(sandbox, 1)).toEqual([200]);
  });
});

describe('a fault can be for some paths only', () => {
  const admin = (sandbox: Sandbox, path: string) =>
    fetch(`${sandbox.urls.shopline}/admin/openapi/v20260301/${path}`, { method: 'POST' }).then(
      ({ status }) => status,
    );

  test('statistics fail while events pass, and events do not use the script up', async () => {
    const sandbox = await open();
    sandbox.setFaults('shopline', [
      { path: 'sales/', status: 503, times: 1 },
      { path: 'sales/', status: 502, times: 1 },
    ]);
    expect(await admin(sandbox, 'cdp/track.json')).toBe(401);
    expect(await admin(sandbox, 'sales/marketing_events/sync_data.json')).toBe(503);
    expect(await admin(sandbox, 'cdp/track.json')).toBe(401);
    expect(await admin(sandbox, 'sales/flow/batch_sync_flow_data.json')).toBe(502);
    expect(await admin(sandbox, 'sales/flow/batch_sync_flow_data.json')).toBe(401);
  });

  test('two paths may each fail until cleared; a fault without a path is for the rest', async () => {
    const sandbox = await open();
    sandbox.setFaults('shopline', [
      { path: 'cdp/', status: 500 },
      { path: 'orders', status: 502 },
      { status: 418 },
    ]);
    for (let round = 0; round < 2; round++) {
      expect(await admin(sandbox, 'cdp/track.json')).toBe(500);
      expect(await admin(sandbox, 'orders.json')).toBe(502);
      expect(await admin(sandbox, 'sales/marketing_events/sync_data.json')).toBe(418);
    }
  });
});

describe('a script that cannot work is refused, naming the field', () => {
  test.each<{ script: unknown; names: string }>([
    { script: { status: 99 }, names: '[0].status' },
    { script: { status: '503' }, names: '[0].status' },
    { script: { stauts: 503 }, names: 'stauts' },
    { script: { body: 7 }, names: '[0].body' },
    { script: { headers: { 'bad name': '1' } }, names: '[0].headers["bad name"]' },
    { script: { delayMs: -1 }, names: '[0].delayMs' },
    { script: { reset: 'sometimes' }, names: '[0].reset' },
    { script: { hang: true, reset: 'mid-body' }, names: '[0].hang' },
    { script: { hang: true, status: 500 }, names: '[0].hang' },
    { script: { reset: 'before-answer', body: 'x' }, names: '[0].reset' },
    { script: { after: 'accept', delayMs: 5 }, names: '[0].after' },
    { script: [{ times: 1 }, { status: 500, times: 0 }], names: '[1].times' },
    { script: [{ status: 500 }, { status: 503 }], names: '[0].times' },
    { script: { path: '', status: 500 }, names: '[0].path' },
    {
      script: [
        { path: 'a', status: 500 },
        { path: 'a', status: 503 },
      ],
      names: '[0].times',
    },
    { script: [{ status: 500 }, { path: 'a', status: 503 }], names: '[0].times' },
    { script: 'down', names: '[0]' },
  ])('$script → $names', async ({ script, names }) => {
    const sandbox = await open();
    sandbox.setFaults('customerio', { status: 418 });
    expect(() => sandbox.setFaults('customerio', script as Fault)).toThrow(names);
    expect(await statuses(sandbox, 1)).toEqual([418]);
  });

  test.each([[null], [undefined], [[]]])('%j clears', (script) => {
    expect(Faults.parse(script)).toEqual([]);
  });
});

describe('an API can really be down', () => {
  test('stopped, it refuses connections while the others answer; restarted, it is on the same port', async () => {
    const sandbox = await open();
    const before = { ...sandbox.urls };
    await sandbox.stop('customerio');
    await sandbox.stop('customerio');
    expect(await refusal(sandbox.urls.customerio)).toBe('ECONNREFUSED');
    expect((await fetch(sandbox.urls.shopline)).status).toBe(404);
    await sandbox.restart('customerio');
    await sandbox.restart('customerio');
    expect(sandbox.urls).toEqual(before);
    expect((await send(sandbox)).status).toBe(200);
  });

  test.each<{ fault: Fault }>([{ fault: { hang: true } }, { fault: { delayMs: 60_000 } }])(
    'stopping does not wait for $fault',
    async ({ fault }) => {
      const sandbox = await open();
      sandbox.setFaults('customerio', fault);
      const arrived = new Promise<Received>((resolve) => sandbox.onReceived(resolve));
      const answer = send(sandbox).catch(() => 'cut');
      await arrived;
      await sandbox.stop('customerio');
      expect(await answer).toBe('cut');
    },
  );

  test('a port that is taken is said at once, and the other ports are let go', async () => {
    const first = await open();
    const taken = Number(new URL(first.urls.shopline).port);
    const free = await open();
    const tiktok = Number(new URL(free.urls.tiktok).port);
    await free.close();
    await expect(createSandbox({ ports: { tiktok, shopline: taken } })).rejects.toThrow('EADDRINUSE');
    expect(await refusal(`http://127.0.0.1:${tiktok}`)).toBe('ECONNREFUSED');
  });
});

describe('what arrived can be looked up', () => {
  test('a request is there before its answer, with headers, body, status and events', async () => {
    const sandbox = await open({ clock: () => Date.UTC(2026, 2, 1) });
    await send(sandbox);
    expect(sandbox.received()).toEqual([
      {
        id: 1,
        api: 'customerio',
        at: '2026-03-01T00:00:00.000Z',
        method: 'POST',
        path: '/v1/track',
        headers: expect.objectContaining({ 'x-strict-mode': '1' }),
        body: track('m1'),
        status: 200,
        answer: {},
        accepted: [track('m1')],
        refused: [],
      },
    ]);
  });

  test('a query is told apart from the path', async () => {
    const sandbox = await open();
    await fetch(`${sandbox.urls.shopline}/orders.json?status=any&name=a?b`);
    expect(sandbox.received()).toMatchObject([{ path: '/orders.json', query: 'status=any&name=a?b' }]);
  });

  test('listeners hear every request of every API, newest last, until they stop', async () => {
    const sandbox = await open();
    const notified: Api[] = [];
    const stop = sandbox.onReceived(({ api }) => notified.push(api));
    await fetch(sandbox.urls.shopline);
    await send(sandbox);
    await fetch(sandbox.urls.tiktok);
    stop();
    await send(sandbox);
    expect(notified).toEqual(['shopline', 'customerio', 'tiktok']);
    expect(sandbox.received().map(({ api }) => api)).toEqual([...notified, 'customerio']);
    expect(sandbox.received('customerio')).toHaveLength(2);
  });

  test('10,000 events are all counted', async () => {
    const sandbox = await open();
    for (let part = 0; part < 20; part++) {
      const batch = Array.from({ length: 500 }, (_, index) => track(`m${part}-${index}`));
      await fetch(`${sandbox.urls.customerio}/v1/batch`, {
        method: 'POST',
        headers: { authorization: BASIC, 'content-type': 'application/json' },
        body: JSON.stringify({ batch }),
      });
    }
    expect(sandbox.accepted('customerio')).toHaveLength(10_000);
  });

  test('memory is bounded: the oldest requests are forgotten, by number and by bytes', () => {
    const row = (id: number) => ({ id }) as Received;
    const byNumber = createRequestRecord(3, 1000);
    for (const id of [1, 2, 3, 4]) byNumber.add(row(id), 1);
    expect(byNumber.list().map(({ id }) => id)).toEqual([2, 3, 4]);
    const byBytes = createRequestRecord(100, 10);
    for (const id of [1, 2, 3]) byBytes.add(row(id), 6);
    expect(byBytes.list().map(({ id }) => id)).toEqual([3]);
  });

  test('clearing forgets requests, scripts and rate limits', async () => {
    const sandbox = await open({ clock: () => 0 });
    const knock = async () => {
      const answer = await fetch(`${sandbox.urls.shopline}/admin/openapi/v20260301/cdp/track.json`, {
        method: 'POST',
        headers: { authorization: `Bearer ${SANDBOX_CREDENTIALS.shopline.accessToken}` },
      });
      return answer.status;
    };
    for (let index = 0; index < 40; index++) await knock();
    sandbox.setFaults('customerio', { status: 500 });
    expect(await knock()).toBe(429);
    sandbox.clear();
    expect(sandbox.received()).toEqual([]);
    expect(await knock()).toBe(400);
    expect(await statuses(sandbox, 1)).toEqual([200]);
  });

  test('a body beyond all measure is answered 413, packed or not', async () => {
    const sandbox = await open();
    const huge = Buffer.alloc(17 * 1024 * 1024, 'x');
    expect((await send(sandbox, '', { body: huge })).status).toBe(413);
    const headers = { authorization: BASIC, 'content-encoding': 'gzip' };
    expect((await send(sandbox, '', { body: gzipSync(huge), headers })).status).toBe(413);
  });

  test('a caller that leaves in mid-request does no harm', async () => {
    const sandbox = await open();
    const { port } = new URL(sandbox.urls.customerio);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"half"', () =>
      socket.destroy(),
    );
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await send(sandbox)).status).toBe(200);
    expect(sandbox.received('customerio')).toHaveLength(1);
  });
});

/** The system's word for why no connection came about. */
async function refusal(origin: string): Promise<unknown> {
  const error = await fetch(origin).then(
    () => undefined,
    (reason: Error & { cause?: { code?: string } }) => reason,
  );
  return error?.cause?.code;
}

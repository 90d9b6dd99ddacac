import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { statisticsConsumers } from '../../server/analytics/counting.ts';
import { readConfig } from '../../server/config/read.ts';
import { consumersOf } from '../../server/delivery/consumers.ts';
import { type Clock, systemClock } from '../../server/lib/clock.ts';
import { countedShops } from '../../server/platforms/registry.ts';
import { createSandbox, type Fault, type Sandbox } from '../../server/sandbox/index.ts';
import { openLog } from '../../server/store/open.ts';
import { LogUnavailable, type Store } from '../../server/store/store.ts';
import { CHILD_ENV } from '../support/child-env.ts';
import { createFastClock } from '../support/clock.ts';
import {
  type Collector,
  eventually,
  SHOP_ORIGIN,
  shopVariables,
  startCollector,
} from '../support/collector.ts';
import { tempDir } from '../support/temp-dir.ts';

const APIS = ['tiktok', 'customerio', 'shopline'] as const;
const message = (messageId: string, parts: object = {}) => ({
  event: 'Tea Poured',
  anonymousId: 'visitor',
  messageId,
  ...parts,
});
const order = (id: string) => ({
  event: 'Order Completed',
  anonymousId: 'buyer',
  messageId: `message-${id}`,
  properties: { order_id: id, value: 960 },
});

async function freeSandbox(clock?: Clock): Promise<Sandbox> {
  const sandbox = await createSandbox(clock && { clock: clock.now });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

interface DestinationStatus {
  destination: string;
  breaker: string;
  waiting: number;
  deadLetters: number;
}
async function statusOf({ admin }: Collector, name: string): Promise<DestinationStatus> {
  const { destinations } = await (await admin('GET', '/admin/status')).json();
  return destinations.find(({ destination }: DestinationStatus) => destination === name);
}

describe('a disk that takes nothing any more', () => {
  /** A log whose disk is full for as long as a test says so. */
  function fullable() {
    const disk = { isFull: false };
    const refuse = () => {
      if (disk.isFull) throw new LogUnavailable('database or disk is full: /data/store.db');
    };
    const wrapLog = (log: Store): Store => ({
      ...log,
      accept: async (entries) => {
        refuse();
        return log.accept(entries);
      },
      check: async () => {
        refuse();
        return log.check();
      },
    });
    return { disk, wrapLog };
  }

  test('503 and when to come again, to pages and servers alike; it recovers by itself', async () => {
    const { disk, wrapLog } = fullable();
    const collector = await startCollector({}, { wrapLog });
    disk.isFull = true;
    for (const headers of [{}, { origin: SHOP_ORIGIN }]) {
      const body = { ...message('kept-by-its-sender'), anonymousId: '7d3f2a52-6d0f-4a77-9a53-1f2f5b0c9d11' };
      const response = await collector.post('/v1/track', body, headers as Record<string, string>);
      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(response.headers.getSetCookie()).toEqual([]);
      const answer = await response.json();
      expect(answer).toMatchObject({ code: 'not-stored', meta: { errors: [expect.any(String)] } });
      expect(JSON.stringify(answer)).not.toContain('/data');
    }
    expect((await fetch(`${collector.base}/readyz`)).status).toBe(503);
    expect((await fetch(`${collector.base}/healthz`)).status).toBe(200);

    disk.isFull = false;
    expect((await fetch(`${collector.base}/readyz`)).status).toBe(200);
    const response = await collector.post('/v1/track', message('kept-by-its-sender'));
    expect(await response.json()).toMatchObject({ accepted: 1, duplicates: 0 });
  });

  test('a real one: what was accepted is delivered, what was not is not, and space freed by retention is used', async () => {
    let offsetMs = 0;
    const fast = createFastClock(10);
    const clock: Clock = { ...fast, now: () => fast.now() + offsetMs };
    const sandbox = await freeSandbox(clock);
    const { shops, retentionMs } = readConfig(shopVariables(sandbox), () => '{}');
    const small = await openLog({
      dataDir: tempDir(),
      consumers: [...consumersOf(shops), ...statisticsConsumers(countedShops({ shops }))],
      retentionMs,
      clock: clock.now,
      maxPages: 200,
    });
    const collector = await startCollector(
      {},
      {
        clock,
        sandbox,
        wrapLog: (log) => ({
          ...small,
          close: async () => {
            await small.close();
            await log.close();
          },
        }),
      },
    );
    await sandbox.stop('customerio');
    const accepted: string[] = [];
    const fill = async (count: number, padding: number) => {
      const batch = Array.from({ length: count }, (_, index) => ({
        type: 'track',
        ...message(`full-${accepted.length + index}`, { properties: { pad: 'x'.repeat(padding) } }),
      }));
      const { status } = await collector.post('/v1/batch', { batch });
      if (status === 200) accepted.push(...batch.map(({ messageId }) => messageId));
      return status;
    };
    for (const [count, padding] of [
      [10, 2_000],
      [1, 500],
      [1, 0],
    ] as const) {
      let status = 200;
      while (status === 200) status = await fill(count, padding);
      expect(status).toBe(503);
    }
    expect(accepted.length).toBeGreaterThan(50);

    await sandbox.restart('customerio');
    const delivered = () =>
      sandbox.accepted('customerio').map((item) => (item as { messageId: string }).messageId);
    await eventually(delivered, (ids) => ids.length >= accepted.length);
    await eventually(
      () => statusOf(collector, 'customerio'),
      ({ waiting }) => waiting === 0,
    );
    expect(delivered().toSorted()).toEqual(accepted.toSorted());

    offsetMs = retentionMs + 60_000;
    await small.retain();
    expect(await fill(20, 2_000)).toBe(200);
  });
});

/** Runs the program as an operator does; answers how it ended and what it said. */
async function run(variables: Record<string, unknown>) {
  const env = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
  const child = spawn(process.execPath, ['server/commands/storebeacon.ts', 'start'], {
    env: { ...CHILD_ENV, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const [code] = await once(child, 'exit');
  return { code, said };
}

describe('the program refuses to start, in words an operator can act on', () => {
  const started = async () => ({ ...shopVariables(await freeSandbox()), PORT: '0', HOST: '127.0.0.1' });

  test('on a data directory it cannot write', async () => {
    const file = join(tempDir(), 'a-file');
    writeFileSync(file, 'in the way');
    const { code, said } = await run({ ...(await started()), DATA_DIR: join(file, 'data') });
    expect(code).toBe(1);
    expect(said).toContain(join(file, 'data'));
    expect(said).toMatch(/DATA_DIR .* (not a directory|cannot be written)/);
    expect(said).not.toMatch(/\n\s+at /);
  });

  test('beside another one on the same data directory, which goes on undisturbed', async () => {
    const collector = await startCollector();
    const { code, said } = await run({ ...(await started()), DATA_DIR: collector.dataDir });
    expect(code).toBe(1);
    expect(said).toMatch(/in use by another process/);
    expect(said).not.toMatch(/\n\s+at /);
    const response = await collector.post('/v1/track', message('undisturbed'));
    expect(await response.json()).toMatchObject({ accepted: 1 });
  });

  test('on a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const port = (other.address() as { port: number }).port;
    const { code, said } = await run({ ...(await started()), DATA_DIR: tempDir(), PORT: String(port) });
    expect(code).toBe(1);
    expect(said).toContain(String(port));
    expect(said).not.toMatch(/\n\s+at /);
  });

  test('without a configuration, naming everything at once', async () => {
    const { code, said } = await run({ PORT: 'abc', DATA_DIR: tempDir(), PII_KEY: 'short-secret' });
    expect(code).toBe(1);
    for (const name of [
      'PORT',
      'WRITE_KEY',
      'PII_KEY',
      'TIKTOK_PIXEL_CODE',
      'CUSTOMERIO_API_KEY',
      'SHOPLINE_HANDLE',
    ])
      expect(said).toContain(name);
    expect(said).not.toContain('short-secret');
    expect(said).not.toMatch(/\n\s+at /);
  });
});

test('a start that fails lets go of everything: the next one succeeds', async () => {
  const sandbox = await freeSandbox();
  const dataDir = tempDir();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const PORT = String((other.address() as { port: number }).port);
  await expect(startCollector({ PORT }, { sandbox, dataDir })).rejects.toThrow(PORT);
  other.close();
  await once(other, 'close');
  const collector = await startCollector({ PORT }, { sandbox, dataDir });
  expect((await collector.post('/v1/track', message('second-try'))).status).toBe(200);
});

describe('a destination that misbehaves costs nobody an event', async () => {
  const shared = await startCollector({}, { whenOver: afterAll, clock: createFastClock(20) });
  /** How each fault shows itself; `apis` where not every API can show it. */
  const FAULTS: { fault: string; script: Fault | Fault[]; apis?: readonly (typeof APIS)[number][] }[] = [
    { fault: 'resets before it answers', script: { reset: 'before-answer', times: 2 } },
    {
      fault: 'resets in the middle of its answer',
      script: { status: 200, body: { data: 'x'.repeat(500) }, reset: 'mid-body', times: 2 },
    },
    { fault: 'answers HTML with 200', script: { body: '<html><body>It works!</body></html>', times: 2 } },
    { fault: 'answers HTML with 502', script: { status: 502, body: '<html>Bad gateway</html>', times: 2 } },
    {
      fault: 'answers nothing with 200',
      script: { status: 200, body: '', times: 2 },
      apis: ['tiktok', 'shopline'],
    },
    { fault: 'asks to wait', script: { status: 429, headers: { 'retry-after': '3' }, times: 2 } },
    {
      fault: 'says 200 around an error (tiktok)',
      script: { body: { code: 40100, message: 'Requests made too frequently' }, times: 2 },
      apis: ['tiktok'],
    },
    {
      fault: 'says 200 around an error (shopline)',
      script: { body: { code: 500, message: 'system busy' }, times: 2 },
      apis: ['shopline'],
    },
    {
      fault: 'takes the events and loses its answer',
      script: { reset: 'before-answer', after: 'accept', times: 1 },
    },
  ];

  test.each(FAULTS)('$fault', async ({ fault, script, apis = APIS }) => {
    const { sandbox } = shared;
    for (const api of apis) sandbox.setFaults(api, script);
    const ids = ['1', '2', '3'].map((id) => `${fault} ${id}`);
    for (const id of ids) expect((await shared.post('/v1/track', order(id))).status).toBe(200);
    for (const api of APIS) {
      const reached = () =>
        ids.filter((id) => sandbox.accepted(api).some((item) => JSON.stringify(item).includes(`"${id}"`)));
      await eventually(reached, (found) => found.length === ids.length);
      const status = await eventually(
        () => statusOf(shared, api),
        ({ waiting }) => waiting === 0,
      );
      expect(status).toMatchObject({ breaker: 'closed', deadLetters: 0 });
    }
  });

  test('one that says 200 around a refusal: the event is set aside with the API’s own words', async () => {
    const collector = await startCollector({}, { clock: createFastClock(20) });
    collector.sandbox.setFaults('tiktok', { body: { code: 40002, message: 'pixel_code: not yours' } });
    collector.sandbox.setFaults('shopline', {
      body: { data: { events: [{ event_code: 'Z_sale_order', errors: 'no such channel' }] } },
    });
    await collector.post('/v1/track', order('refused'));
    for (const api of ['tiktok', 'shopline'])
      await eventually(
        () => statusOf(collector, api),
        ({ waiting, deadLetters }) => waiting === 0 && deadLetters === 1,
      );
    const { deadLetters } = await (await collector.admin('GET', '/admin/dead-letters')).json();
    const words = deadLetters.map(({ answer }: { answer: string }) => answer).join();
    expect(words).toContain('pixel_code: not yours');
    expect(words).toContain('no such channel');
  });

  test('one that refuses our token: its events wait, an error is logged, and they are delivered once it is fixed', async () => {
    const collector = await startCollector({}, { clock: createFastClock(20) });
    collector.sandbox.setFaults('tiktok', { body: { code: 40105, message: 'Access token is incorrect' } });
    await collector.post('/v1/track', order('waits'));
    const paused = await eventually(
      () => statusOf(collector, 'tiktok'),
      ({ breaker }) => breaker === 'paused',
    );
    expect(paused).toMatchObject({ waiting: 1, deadLetters: 0 });
    expect(
      collector.lines.some(
        (line) => JSON.parse(line).level === 50 && line.includes('rejected the access token'),
      ),
    ).toBe(true);
    collector.sandbox.setFaults('tiktok', undefined);
    await eventually(
      () => statusOf(collector, 'tiktok'),
      ({ breaker, waiting }) => breaker === 'closed' && waiting === 0,
    );
    expect(collector.sandbox.accepted('tiktok')).toHaveLength(2);
  });

  test('one that is down at start, and one that hangs: the third and the shops notice nothing', async () => {
    const clock = createFastClock(20);
    const sandbox = await freeSandbox(clock);
    await sandbox.stop('tiktok');
    sandbox.setFaults('shopline', { hang: true });
    const collector = await startCollector({}, { clock, sandbox });
    const ids = Array.from({ length: 20 }, (_, index) => `${index + 1}`);
    const beganMs = Date.now();
    for (const id of ids) expect((await collector.post('/v1/track', order(id))).status).toBe(200);
    await eventually(
      () => sandbox.accepted('customerio').length,
      (count) => count === ids.length,
    );
    expect(Date.now() - beganMs).toBeLessThan(5_000);
    expect(await statusOf(collector, 'tiktok')).toMatchObject({ waiting: 20, deadLetters: 0 });
    expect(await statusOf(collector, 'shopline')).toMatchObject({ waiting: 20, deadLetters: 0 });

    sandbox.setFaults('shopline', undefined);
    await sandbox.stop('shopline');
    await sandbox.restart('shopline');
    await sandbox.restart('tiktok');
    for (const api of APIS) {
      await eventually(
        () => statusOf(collector, api),
        ({ breaker, waiting }) => breaker === 'closed' && waiting === 0,
      );
      const reached = ids.filter((id) =>
        sandbox.accepted(api).some((item) => JSON.stringify(item).includes(`"${id}"`)),
      );
      expect(reached).toEqual(ids);
    }
  });
});

test('a sender that hangs up in the middle stores nothing and harms nobody', async () => {
  const collector = await startCollector({}, { clock: systemClock });
  const controller = new AbortController();
  const reachedServer = new Promise((resolve) => {
    const onRequest = (message: unknown) => {
      if ((message as { request: IncomingMessage }).request.url?.startsWith('/v1/track')) resolve(true);
    };
    subscribe('http.server.request.start', onRequest);
    onTestFinished(() => void unsubscribe('http.server.request.start', onRequest));
  });
  const body = new ReadableStream({
    start: (stream) => stream.enqueue(new TextEncoder().encode('{"event":"Half","anonymousId":"v"')),
  });
  const half = fetch(`${collector.base}/v1/track?writeKey=test-write-key`, {
    method: 'POST',
    body,
    duplex: 'half',
    signal: controller.signal,
  } as RequestInit);
  await reachedServer;
  controller.abort();
  await expect(half).rejects.toThrow();
  expect((await collector.post('/v1/track', message('whole'))).status).toBe(200);
  expect(collector.events.map(({ messageId }) => messageId)).toEqual(['whole']);
  expect(collector.lines.filter((line) => line.includes('request failed'))).toEqual([]);
});

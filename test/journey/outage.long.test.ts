import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { DeliveryReport } from '../../server/delivery/report.ts';
import { type Clock, systemClock } from '../../server/lib/clock.ts';
import { type Api, createSandbox, type Fault, type Sandbox } from '../../server/sandbox/index.ts';
import type { DeadLetter } from '../../server/store/store.ts';
import { type Collector, eventually, startCollector } from '../support/collector.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { freePort } from '../support/process.ts';

const APIS: readonly Api[] = ['tiktok', 'customerio', 'shopline'];
const attrs = { number: 'properties.number' };
const SHOPLINE_EVENT_CODES = { 'Product Viewed': { code: 'Z_view_product', attrs } };
/** How long, in real time, a destination that works may take for everything. */
const NORMAL_TIMEOUT_MS = 3_000;
const PROBE_EVERY_MS = 5_000;

const viewed = (number: number) => ({
  type: 'track',
  event: 'Product Viewed',
  messageId: `message-${number}`,
  anonymousId: 'visitor',
  properties: { number, product_id: 'P-1' },
});
const upTo = (count: number) => Array.from({ length: count }, (_, number) => number);

interface Setup extends Collector {
  reports: DeliveryReport[];
  /** Sends so many events; resolves when all are answered. */
  send(count: number): Promise<void>;
  /** What an operator sees of one destination. */
  status(api: Api): Promise<Status>;
  deadLetters(api: Api): Promise<DeadLetter[]>;
}
interface Status {
  breaker: string;
  waiting: number;
  deadLetters: number;
}

async function startSetup(
  sandbox: Sandbox,
  clock: Clock,
  codes: object = SHOPLINE_EVENT_CODES,
): Promise<Setup> {
  const reports: DeliveryReport[] = [];
  const collector = await startCollector(
    { SHOPLINE_EVENT_CODES: codes },
    { sandbox, clock, random: () => 0.5, report: (report) => void reports.push(report) },
  );
  const read = async (path: string) => (await collector.admin('GET', path)).json() as Promise<unknown>;
  return {
    ...collector,
    reports,
    async send(count) {
      const numbers = upTo(count);
      while (numbers.length > 0) {
        const batch = numbers.splice(0, 50).map(viewed);
        const answer = await collector.post('/v1/batch', { batch });
        expect(await answer.json()).toMatchObject({ accepted: batch.length });
      }
    },
    async status(api) {
      const { destinations } = (await read('/admin/status')) as {
        destinations: (Status & { destination: string })[];
      };
      const found = destinations.find(({ destination }) => destination === api);
      if (!found) throw new Error(`${api} is not configured`);
      const { breaker, waiting, deadLetters } = found;
      return { breaker, waiting, deadLetters };
    },
    async deadLetters(api) {
      const { deadLetters } = (await read(`/admin/dead-letters?consumer=${api}@shop`)) as {
        deadLetters: DeadLetter[];
      };
      return deadLetters;
    },
  };
}

async function openSandbox(clock: Clock, ports: Partial<Record<Api, number>> = {}): Promise<Sandbox> {
  const sandbox = await createSandbox({ clock: clock.now, ports });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** The numbers of the events an API accepted, in the order it first saw them. */
function numbers(sandbox: Sandbox, api: Api): number[] {
  const items = sandbox.accepted(api) as Record<string, unknown>[];
  const texts = items.map(
    (item) => item.messageId ?? item.event_id ?? (item.attrs as { number: number }).number,
  );
  return [...new Set(texts.map((text) => Number(String(text).replace('message-', ''))))];
}
const sorted = (found: readonly number[]) => [...found].sort((a, b) => a - b);

/** Resolves when these have accepted everything; fails when that takes longer than on an ordinary day. */
async function receiveAll(
  sandbox: Sandbox,
  apis: readonly Api[],
  count: number,
  timeoutMs = NORMAL_TIMEOUT_MS,
): Promise<void> {
  const counts = () => apis.map((api) => numbers(sandbox, api).length);
  await eventually(counts, (found) => found.every((each) => each === count), timeoutMs);
}

/** How requests failed, and where. What was held back behind a failed one was none. */
const failuresIn = ({ reports }: Setup) =>
  new Set(
    reports
      .filter(({ state, reason }) => state === 'retry' && reason !== 'deferred')
      .map(({ destination, reason }) => `${destination} ${reason}`),
  );

const others = (api: Api) => APIS.filter((other) => other !== api);
const gapsOf = (times: readonly number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0));

/** Takes the place of an API that is down and notes who knocks, without ever answering. */
async function countKnocks(port: number, clock: Clock): Promise<{ times: number[]; close(): Promise<void> }> {
  const times: number[] = [];
  const server: Server = createServer((socket) => {
    times.push(clock.now());
    socket.on('error', () => {});
    socket.resetAndDestroy();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { times, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

test('one API down from the start: the others notice nothing; back again, it gets everything in order', async () => {
  const clock = createFastClock(4);
  const port = await freePort();
  const sandbox = await openSandbox(clock, { tiktok: port });
  await sandbox.stop('tiktok');
  const setup = await startSetup(sandbox, clock);

  await setup.send(300);
  await receiveAll(sandbox, others('tiktok'), 300);
  for (const api of others('tiktok')) expect(numbers(sandbox, api)).toEqual(upTo(300));
  await eventually(
    () => setup.status('tiktok'),
    ({ breaker }) => breaker === 'open',
  );

  const knocks = await countKnocks(port, clock);
  await eventually(
    () => knocks.times.length,
    (count) => count >= 3,
  );
  await knocks.close();
  for (const gapMs of gapsOf(knocks.times)) expect(gapMs).toBeGreaterThanOrEqual(PROBE_EVERY_MS);
  expect(await setup.status('tiktok')).toEqual({ breaker: 'open', waiting: 300, deadLetters: 0 });

  await sandbox.restart('tiktok');
  const backAtMs = clock.now();
  await receiveAll(sandbox, ['tiktok'], 300, 10_000);
  expect(numbers(sandbox, 'tiktok')).toEqual(upTo(300));
  const lastAtMs = Math.max(...sandbox.received('tiktok').map(({ at }) => Date.parse(at)));
  expect(lastAtMs - backAtMs).toBeLessThan(PROBE_EVERY_MS + 3_000);
  expect(sandbox.received('tiktok').length).toBe(2);
  await eventually(
    () => setup.status('tiktok'),
    ({ waiting }) => waiting === 0,
  );
  expect(await setup.status('tiktok')).toEqual({ breaker: 'closed', waiting: 0, deadLetters: 0 });
});

test('an API that never answers is given up after 15 s and tried again; the others notice nothing', async () => {
  const sandbox = await openSandbox(systemClock);
  sandbox.setFaults('tiktok', { hang: true });
  const setup = await startSetup(sandbox, systemClock);

  await setup.send(60);
  await receiveAll(sandbox, others('tiktok'), 60);
  expect(numbers(sandbox, 'tiktok')).toEqual([]);
  sandbox.setFaults('tiktok', undefined);
  await receiveAll(sandbox, ['tiktok'], 60, 20_000);
  const times = sandbox.received('tiktok').map(({ at }) => Date.parse(at));
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(15_000);
  expect(failuresIn(setup)).toEqual(new Set(['tiktok no-answer']));
});

const HTML = '<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>';
const tiktokSays = (code: number, message: string) => ({
  body: { code, message, request_id: 'r-1', data: {} },
});

interface Outage {
  what: string;
  api: Api;
  fault: Fault;
  reason: string;
}

test.each<Outage>([
  {
    what: 'TikTok breaks every connection',
    api: 'tiktok',
    fault: { reset: 'before-answer' },
    reason: 'no-answer',
  },
  {
    what: 'Customer.io takes everything but its answers break off',
    api: 'customerio',
    fault: { reset: 'mid-body', after: 'accept' },
    reason: 'no-answer',
  },
  {
    what: 'SHOPLINE breaks every connection',
    api: 'shopline',
    fault: { reset: 'before-answer' },
    reason: 'no-answer',
  },
  { what: 'TikTok answers 503', api: 'tiktok', fault: { status: 503 }, reason: 'server-error' },
  {
    what: 'a proxy before Customer.io answers 502 in HTML',
    api: 'customerio',
    fault: { status: 502, body: HTML },
    reason: 'server-error',
  },
  {
    what: 'TikTok says 40100, too many requests',
    api: 'tiktok',
    fault: tiktokSays(40100, 'Requests made too frequently'),
    reason: 'throttled',
  },
])(
  '$what: only it is left alone, probed every 5 s, and gets everything later',
  async ({ api, fault, reason }) => {
    const clock = createFastClock(20);
    const sandbox = await openSandbox(clock);
    sandbox.setFaults(api, fault);
    const setup = await startSetup(sandbox, clock);
    const times: number[] = [];
    sandbox.onReceived((received) => received.api === api && times.push(clock.now()));

    await setup.send(60);
    await receiveAll(sandbox, others(api), 60);
    await eventually(
      () => times.length,
      (count) => count >= 5,
    );
    expect(await setup.status(api)).toEqual({ breaker: 'open', waiting: 60, deadLetters: 0 });
    for (const gapMs of gapsOf(times.slice(2))) expect(gapMs).toBeGreaterThanOrEqual(PROBE_EVERY_MS);

    sandbox.setFaults(api, undefined);
    await eventually(
      () => setup.status(api),
      ({ waiting }) => waiting === 0,
    );
    expect(sorted(numbers(sandbox, api))).toEqual(upTo(60));
    expect(await setup.status(api)).toEqual({ breaker: 'closed', waiting: 0, deadLetters: 0 });
    expect(failuresIn(setup)).toEqual(new Set([`${api} ${reason}`]));
  },
);

test.each([
  {
    what: 'TikTok says 40105, the token is wrong',
    api: 'tiktok' as const,
    fault: tiktokSays(40105, 'Access token is incorrect or has been revoked'),
    words: /40105 Access token is incorrect/,
  },
  {
    what: 'Customer.io says 401',
    api: 'customerio' as const,
    fault: { status: 401, body: { meta: { errors: ['unknown API key'] } } },
    words: /HTTP 401 unknown API key/,
  },
])(
  '$what: it is paused, someone is told, its events wait for the new token',
  async ({ api, fault, words }) => {
    const clock = createFastClock(20);
    const sandbox = await openSandbox(clock);
    sandbox.setFaults(api, fault);
    const setup = await startSetup(sandbox, clock);
    const times: number[] = [];
    sandbox.onReceived((received) => received.api === api && times.push(clock.now()));

    await setup.send(60);
    await receiveAll(sandbox, others(api), 60);
    await eventually(
      () => setup.status(api),
      ({ breaker }) => breaker === 'paused',
    );
    expect(await setup.status(api)).toEqual({ breaker: 'paused', waiting: 60, deadLetters: 0 });
    expect(setup.lines.filter((line) => line.includes('rejected the access token'))[0]).toMatch(words);

    sandbox.setFaults(api, undefined);
    await eventually(
      () => setup.status(api),
      ({ waiting }) => waiting === 0,
    );
    expect(sorted(numbers(sandbox, api))).toEqual(upTo(60));
    expect(gapsOf(times)[0]).toBeGreaterThanOrEqual(60_000);
    expect(await setup.status(api)).toEqual({ breaker: 'closed', waiting: 0, deadLetters: 0 });
  },
);

test('TikTok says 40002 to everything: each event is set aside with TikTok’s words, and can be sent again', async () => {
  const clock = createFastClock(20);
  const sandbox = await openSandbox(clock);
  sandbox.setFaults('tiktok', tiktokSays(40002, 'Invalid value for event_time'));
  const setup = await startSetup(sandbox, clock);

  await setup.send(60);
  await receiveAll(sandbox, others('tiktok'), 60);
  await eventually(
    () => setup.status('tiktok'),
    ({ waiting }) => waiting === 0,
  );
  expect(await setup.status('tiktok')).toEqual({ breaker: 'closed', waiting: 0, deadLetters: 60 });
  const set = await setup.deadLetters('tiktok');
  expect(new Set(set.map(({ reason, answer }) => `${reason}: ${answer}`))).toEqual(
    new Set(['rejected: 40002 Invalid value for event_time (request_id r-1)']),
  );

  sandbox.setFaults('tiktok', undefined);
  await setup.admin('POST', '/admin/dead-letters/replay', { consumer: 'tiktok@shop' });
  await receiveAll(sandbox, ['tiktok'], 60, 10_000);
  expect(numbers(sandbox, 'tiktok')).toEqual(upTo(60));
});

test('TikTok says 40002 to one batch: its halves are tried, and nothing good is set aside', async () => {
  const clock = createFastClock(20);
  const sandbox = await openSandbox(clock);
  sandbox.setFaults('tiktok', { ...tiktokSays(40002, 'Invalid value for event_time'), times: 1 });
  const setup = await startSetup(sandbox, clock);

  await setup.send(50);
  await receiveAll(sandbox, APIS, 50);
  await eventually(
    () => setup.status('tiktok'),
    ({ waiting }) => waiting === 0,
  );
  expect(numbers(sandbox, 'tiktok')).toEqual(upTo(50));
  expect(await setup.status('tiktok')).toEqual({ breaker: 'closed', waiting: 0, deadLetters: 0 });
});

test('SHOPLINE refuses single events of a request: only those are set aside, with its words', async () => {
  const clock = createFastClock(20);
  const sandbox = await openSandbox(clock);
  const setup = await startSetup(sandbox, clock, {
    ...SHOPLINE_EVENT_CODES,
    'Product Added': { code: 'Z_nobody_knows', attrs },
  });
  const batch = upTo(60).map((number) => ({
    ...viewed(number),
    event: number % 3 === 0 ? 'Product Added' : 'Product Viewed',
  }));
  await setup.post('/v1/batch', { batch });
  const good = upTo(60).filter((number) => number % 3 !== 0);

  await receiveAll(sandbox, others('shopline'), 60);
  await eventually(
    () => setup.status('shopline'),
    ({ waiting }) => waiting === 0,
  );
  expect(numbers(sandbox, 'shopline')).toEqual(good);
  expect(await setup.status('shopline')).toEqual({ breaker: 'closed', waiting: 0, deadLetters: 20 });
  const set = await setup.deadLetters('shopline');
  expect(set.map(({ event }) => event.event)).toEqual(Array.from({ length: 20 }, () => 'Product Added'));
  for (const { reason, answer } of set) {
    expect(reason).toBe('rejected');
    expect(answer).toMatch(/^event_code Z_nobody_knows does not exist \(traceId sandbox-\d+\)$/);
  }
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { type Api, createSandbox, type Sandbox, tiktokDuplicates } from '../../server/sandbox/index.ts';
import { basic, eventually, shopVariables, WRITE_KEY } from '../support/collector.ts';
import { type CollectorProcess, freePort, spawnCollector } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';

const EVENTS = 5_000;
const BATCH = 24;
const CONNECTIONS = 8;
/** One request in so many is sent again after its answer, as by a client that never saw it. */
const REPEAT_EVERY = 10;

/** The number travels in a property of its own, because SHOPLINE is not told any other id. */
const attrs = { number: 'properties.number' };
const SHOPLINE_EVENT_CODES = {
  'Product Added': { code: 'Z_add_cart', attrs },
  'Order Completed': { code: 'Z_sale_order', attrs },
};

type Kind = 'order' | 'added' | 'viewed' | 'page' | 'identify';
const KINDS: Kind[] = [
  'order',
  'viewed',
  'page',
  'added',
  'viewed',
  'added',
  'identify',
  'viewed',
  'added',
  'viewed',
];
const kindOf = (number: number) => KINDS[number % KINDS.length] as Kind;
const messageId = (number: number) => `message-${number}`;

/** No timestamp: it happened when it was stored, so an event stored twice would not look the same twice. */
function message(number: number): object {
  const about = { messageId: messageId(number), anonymousId: `visitor-${number % 500}` };
  const properties = { number, product_id: `P-${number}`, price: 480, currency: 'TWD' };
  const order = { number, order_id: `O-${number}`, total: 960, currency: 'TWD' };
  switch (kindOf(number)) {
    case 'order':
      return { type: 'track', event: 'Order Completed', ...about, properties: order };
    case 'added':
      return { type: 'track', event: 'Product Added', ...about, properties };
    case 'viewed':
      return { type: 'track', event: 'Product Viewed', ...about, properties };
    case 'page':
      return { type: 'page', ...about, name: 'Home' };
    case 'identify':
      return { type: 'identify', ...about, userId: `customer-${number}`, traits: { plan: 'gold' } };
  }
}

/** The names under which each sandbox must have accepted this event; none where it is rightly not sent. */
const EXPECTED: Record<Api, (number: number) => string[]> = {
  customerio: (number) => [messageId(number)],
  tiktok(number) {
    const id = messageId(number);
    const of: Partial<Record<Kind, string[]>> = {
      order: [`PlaceAnOrder order:O-${number}`, `Purchase order:O-${number}`],
      added: [`AddToCart ${id}`],
      viewed: [`ViewContent ${id}`],
    };
    return of[kindOf(number)] ?? [];
  },
  shopline: (number) => (['order', 'added'].includes(kindOf(number)) ? [String(number)] : []),
};

const NAME: Record<Api, (item: Record<string, unknown>) => string> = {
  customerio: (item) => String(item.messageId),
  tiktok: (item) => `${item.event} ${item.event_id}`,
  shopline: (item) => String((item.attrs as { number: unknown }).number),
};
const APIS: readonly Api[] = ['customerio', 'tiktok', 'shopline'];

/** Batches of 24 and single messages in turn, numbered throughout. */
function requests(): number[][] {
  const numbers = Array.from({ length: EVENTS }, (_, number) => number);
  const cut: number[][] = [];
  while (numbers.length > 0) cut.push(numbers.splice(0, cut.length % 2 === 0 ? BATCH : 1));
  return cut;
}

interface Stream {
  /** Numbers of the events that were answered 200. */
  answered: Set<number>;
  /** Resolves when so many have been answered. */
  reached(count: number): Promise<void>;
  /** Resolves when all have been. */
  done: Promise<unknown>;
}

/** Sends everything over a few connections that stay open; what gets no answer is sent again until it does. */
function stream(base: string): Stream {
  const queue = requests();
  const answered = new Set<number>();
  const milestones: { count: number; resolve(): void }[] = [];
  const post = async (numbers: number[]) => {
    const [only] = numbers;
    const isSingle = numbers.length === 1 && only !== undefined;
    const body = isSingle ? message(only) : { batch: numbers.map(message) };
    const path = !isSingle ? 'batch' : 'type' in body ? String(body.type) : '';
    const response = await fetch(`${base}/v1/${path}`, {
      method: 'POST',
      headers: { authorization: basic(WRITE_KEY) },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const untilAnswered = async (numbers: number[]) => {
    for (;;) {
      const answer = await post(numbers).catch(() => undefined);
      if (answer) return answer;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  let sent = 0;
  const sender = async () => {
    for (let numbers = queue.shift(); numbers; numbers = queue.shift()) {
      const isRepeated = sent++ % REPEAT_EVERY === 0;
      const first = await untilAnswered(numbers);
      expect(first).toMatchObject({ status: 200, body: { accepted: numbers.length, rejected: [] } });
      for (const number of numbers) answered.add(number);
      for (const { count, resolve } of milestones) if (answered.size >= count) resolve();
      if (!isRepeated) continue;
      const again = await untilAnswered(numbers);
      expect(again).toMatchObject({ status: 200, body: { duplicates: numbers.length } });
    }
  };
  const done = Promise.all(Array.from({ length: CONNECTIONS }, sender));
  return {
    answered,
    async reached(count) {
      const milestone = new Promise<void>((resolve) => void milestones.push({ count, resolve }));
      await Promise.race([milestone, done]);
    },
    done,
  };
}

interface Tally {
  lost: string[];
  /** How many copies too many there are, and the names of those whose copies differ. */
  repeated: number;
  differing: string[];
}

/** Holds what each sandbox accepted against what was answered 200. */
function tally(sandbox: Sandbox, answered: ReadonlySet<number>): Record<Api, Tally> {
  const of = (api: Api): Tally => {
    const items = sandbox.accepted(api) as Record<string, unknown>[];
    const first = new Map<string, unknown>();
    const differing: string[] = [];
    for (const item of items) {
      const name = NAME[api](item);
      if (first.has(name) && !isDeepStrictEqual(first.get(name), item)) differing.push(name);
      else first.set(name, item);
    }
    const expected = [...answered].flatMap(EXPECTED[api]);
    return {
      lost: expected.filter((name) => !first.has(name)),
      repeated: items.length - first.size,
      differing,
    };
  };
  return { customerio: of('customerio'), tiktok: of('tiktok'), shopline: of('shopline') };
}

async function setUp(): Promise<{ sandbox: Sandbox; port: number; start(): Promise<CollectorProcess> }> {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const port = await freePort();
  const variables = {
    ...shopVariables(sandbox),
    SHOPLINE_EVENT_CODES,
    PORT: String(port),
    DATA_DIR: tempDir(),
    LOG_LEVEL: 'warn',
  };
  return { sandbox, port, start: () => spawnCollector(variables) };
}

/** Makes the APIs slow to answer; resolves when one of them has taken events whose answer is still on its way. */
function underWay(sandbox: Sandbox): Promise<void> {
  for (const api of APIS) sandbox.setFaults(api, { delayMs: 200 });
  return new Promise((resolve) => {
    const stop = sandbox.onReceived(() => {
      stop();
      resolve();
    });
  });
}

function answerAtOnce(sandbox: Sandbox): void {
  for (const api of APIS) sandbox.setFaults(api, undefined);
}

async function allDelivered(sandbox: Sandbox, answered: ReadonlySet<number>): Promise<void> {
  const lost = () => Object.values(tally(sandbox, answered)).map(({ lost }) => lost.length);
  await eventually(lost, (found) => found.every((each) => each === 0), 20_000);
}

const count = (found: Record<Api, Tally>, what: (tally: Tally) => number) =>
  APIS.map((api) => `${api} ${what(found[api])}`).join(', ');

/** Small and seeded, so that a red run can be repeated. @see https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

test.each([20_260_301, 7])(
  'kill -9 in mid-stream loses nothing that was answered 200 (seed %i)',
  async (seed) => {
    const { sandbox, start } = await setUp();
    let collector = await start();
    const next = random(seed);
    const moments = Array.from({ length: 3 }, () => Math.ceil(EVENTS * (0.05 + 0.7 * next()))).sort(
      (a, b) => a - b,
    );

    const { answered, reached, done } = stream(collector.base);
    for (const moment of moments) {
      await reached(moment);
      await underWay(sandbox);
      expect(answered.size).toBeLessThan(EVENTS);
      expect(await collector.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
      answerAtOnce(sandbox);
      collector = await start();
    }
    await done;
    await allDelivered(sandbox, answered);
    expect(await collector.end('SIGTERM')).toEqual({ code: 0, signal: null });

    const found = tally(sandbox, answered);
    console.log(
      `kill -9 at ${moments.join(', ')} of ${EVENTS}: ${answered.size} answered 200; ` +
        `lost: ${count(found, ({ lost }) => lost.length)}; repeated: ${count(found, ({ repeated }) => repeated)}; ` +
        `repeated with a difference: ${count(found, ({ differing }) => differing.length)}`,
    );
    expect(answered.size).toBe(EVENTS);
    for (const api of APIS) expect(found[api]).toMatchObject({ lost: [], differing: [] });
    // Else no delivery was cut off, and the run has shown little.
    expect(APIS.reduce((sum, api) => sum + found[api].repeated, 0)).toBeGreaterThan(0);
    expect(tiktokDuplicates(sandbox.received()).filter(({ differs }) => differs)).toEqual([]);
  },
);

test('SIGTERM in mid-stream ends well, loses nothing and repeats nothing', async () => {
  const { sandbox, start } = await setUp();
  let collector = await start();
  const { answered, reached, done } = stream(collector.base);
  await reached(EVENTS / 2);
  await underWay(sandbox);
  const askedAtMs = performance.now();
  expect(await collector.end('SIGTERM')).toEqual({ code: 0, signal: null });
  const tookMs = performance.now() - askedAtMs;
  expect(answered.size).toBeLessThan(EVENTS);
  answerAtOnce(sandbox);
  collector = await start();
  await done;
  await allDelivered(sandbox, answered);
  expect(await collector.end('SIGTERM')).toEqual({ code: 0, signal: null });

  const found = tally(sandbox, answered);
  console.log(
    `SIGTERM: ended after ${Math.round(tookMs)} ms; ${answered.size} answered 200; ` +
      `lost: ${count(found, ({ lost }) => lost.length)}; repeated: ${count(found, ({ repeated }) => repeated)}`,
  );
  expect(answered.size).toBe(EVENTS);
  for (const api of APIS) expect(found[api]).toEqual({ lost: [], repeated: 0, differing: [] });
  expect(tookMs).toBeLessThan(5_000);
});

test.each([
  { part: 'headers', cutAfter: 'Host: shop\r\n' },
  { part: 'body', cutAfter: '{"type"' },
])(
  'a request whose $part SIGTERM finds half received is answered, and its sender told to leave',
  async ({ cutAfter }) => {
    const { sandbox, port, start } = await setUp();
    const collector = await start();
    const body = JSON.stringify(message(1));
    const head = ['POST /v1/track HTTP/1.1', 'Host: shop', `Authorization: ${basic(WRITE_KEY)}`];
    const request = `${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const cut = request.indexOf(cutAfter) + cutAfter.length;
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(request.slice(0, cut));
    // Whatever was sent before this answer has been read.
    await fetch(`${collector.base}/healthz`);
    const ended = collector.end('SIGTERM');
    const isRefused = () =>
      fetch(`${collector.base}/healthz`).then(
        () => false,
        () => true,
      );
    await eventually(isRefused, Boolean);

    const askedAtMs = performance.now();
    socket.write(request.slice(cut));
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n.*"accepted":1/is);
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - askedAtMs).toBeLessThan(5_000);
    await start();
    await eventually(
      () => sandbox.accepted('customerio').length,
      (count) => count === 1,
    );
  },
);

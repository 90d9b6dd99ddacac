import { FLEET_SHOP, type Shipment, type ShopKeys, shipmentsOf } from './fleet-requests.ts';

export interface TrafficOptions {
  base: string;
  /** Requests under way at the same time, each on a connection of its own; default 8. */
  connections?: number;
  /** How many numbered events there are; absent: until `stop`. */
  events?: number;
  /** Number of the first one; default 0. */
  from?: number;
  /** Every other request is a batch of so many, the rest carry one event; default 24. */
  batch?: number;
  /** One request in so many is sent again after its answer, as by a client that never saw it; default 10. */
  repeatEvery?: number;
  /** At most so many events a second; absent: as fast as they are answered. */
  eventsPerSecond?: number;
  /** Default: the fleet's one shop. */
  shop?: ShopKeys;
  /** Of every request of a page, beside its key. */
  browserHeaders?: Readonly<Record<string, string>>;
  /** Told of every answer. */
  onAnswer?: (answer: { status: number; ms: number; retryAfter: string | null }) => void;
}

/** A stream of numbered events on its way to one collector. */
export interface Traffic {
  /** Numbers of the events that were answered 200. */
  readonly answered: ReadonlySet<number>;
  /** Answers 429 and 503: sent again until they were taken. */
  readonly refused: number;
  /** Requests without an answer: sent again. */
  readonly unanswered: number;
  /** Events sent again after a 200 that were not answered as duplicates. */
  readonly unrecognized: number;
  /** Answers that should never be given, in words; at most 20. */
  readonly problems: readonly string[];
  /** Resolves when so many have been answered, or the stream has ended. */
  reached(count: number): Promise<void>;
  /** Resolves when all have been answered. */
  done: Promise<void>;
  /** Starts nothing new; resolves when what was started has been answered. */
  stop(): Promise<void>;
  /** Gives up what has no answer yet: nobody is there to give one. */
  abort(): void;
}

const AGAIN_MS = 20;
const MAX_PROBLEMS = 20;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Sends everything over connections that stay open; what gets no answer is sent again until it does. */
export function startTraffic(options: TrafficOptions): Traffic {
  const { base, connections = 8, events = Number.POSITIVE_INFINITY, from = 0, batch = 24 } = options;
  const { repeatEvery = 10, eventsPerSecond = Number.POSITIVE_INFINITY, onAnswer = () => {} } = options;
  const { shop = FLEET_SHOP, browserHeaders } = options;
  const answered = new Set<number>();
  const problems: string[] = [];
  const milestones = new Set<{ count: number; resolve(): void }>();
  const counts = { refused: 0, unanswered: 0, unrecognized: 0 };
  const startedAtMs = performance.now();
  let requests = 0;
  let next = from;
  let isStopped = false;
  let isAborted = false;

  /** Batches and single messages in turn, numbered throughout; empty at the end. */
  function cut(): number[] {
    const capacity = isStopped ? 0 : from + events - next;
    const size = Math.min(requests++ % 2 === 0 ? batch : 1, capacity);
    const numbers = Array.from({ length: size }, (_, index) => next + index);
    next += size;
    return numbers;
  }

  async function post({ path, headers, body }: Shipment): Promise<Answer> {
    const sentAtMs = performance.now();
    const response = await fetch(`${base}${path}`, { method: 'POST', headers, body });
    const answer = (await response.json()) as Answer['body'];
    const retryAfter = response.headers.get('retry-after');
    onAnswer({ status: response.status, ms: performance.now() - sentAtMs, retryAfter });
    return { status: response.status, body: answer };
  }

  /** Undefined when given up. */
  async function untilTaken(shipment: Shipment): Promise<Answer | undefined> {
    while (!isAborted) {
      const answer = await post(shipment).catch(() => undefined);
      if (!answer) counts.unanswered++;
      else if (answer.status === 429 || answer.status === 503) counts.refused++;
      else return answer;
      await sleep(AGAIN_MS);
    }
    return undefined;
  }

  /** True when the answer is the one promised for good messages. */
  function isTaken({ status, body }: Answer, size: number): boolean {
    const isGood = status === 200 && body.accepted === size && (body.rejected ?? []).length === 0;
    if (!isGood && problems.length < MAX_PROBLEMS) problems.push(`${status} ${JSON.stringify(body)}`);
    return isGood;
  }

  async function send(shipment: Shipment, isRepeated: boolean): Promise<void> {
    const { numbers } = shipment;
    const first = await untilTaken(shipment);
    if (!first || !isTaken(first, numbers.length)) return;
    for (const number of numbers) answered.add(number);
    for (const { count, resolve } of milestones) if (answered.size >= count) resolve();
    if (!isRepeated) return;
    const again = await untilTaken(shipment);
    if (again && isTaken(again, numbers.length))
      counts.unrecognized += numbers.length - (again.body.duplicates ?? 0);
  }

  async function sendNext(): Promise<boolean> {
    const isRepeated = requests % repeatEvery === 0;
    const numbers = cut();
    const [first] = numbers;
    if (first === undefined) return false;
    const dueMs = startedAtMs + (first - from) * (1000 / eventsPerSecond);
    if (dueMs > performance.now()) await sleep(dueMs - performance.now());
    for (const shipment of shipmentsOf(numbers, shop, browserHeaders)) await send(shipment, isRepeated);
    return true;
  }

  async function keepSending(): Promise<void> {
    while (await sendNext());
  }

  /** Until the shop system has reported its first order, the word of pages makes orders. */
  async function sendAll(): Promise<void> {
    next++;
    for (const opening of shipmentsOf([from], shop, browserHeaders)) await send(opening, false);
    await Promise.all(Array.from({ length: connections }, keepSending));
  }

  const done = sendAll();
  return {
    answered,
    problems,
    get refused() {
      return counts.refused;
    },
    get unanswered() {
      return counts.unanswered;
    },
    get unrecognized() {
      return counts.unrecognized;
    },
    async reached(count) {
      if (answered.size >= count) return;
      const reached = Promise.withResolvers<void>();
      const milestone = { count, resolve: reached.resolve };
      milestones.add(milestone);
      await Promise.race([reached.promise, done]);
      milestones.delete(milestone);
    },
    done,
    stop() {
      isStopped = true;
      return done;
    },
    abort() {
      isStopped = true;
      isAborted = true;
    },
  };
}

interface Answer {
  status: number;
  body: { accepted?: number; duplicates?: number; rejected?: unknown[] };
}

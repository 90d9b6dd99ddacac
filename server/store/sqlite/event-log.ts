import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import type { Append, DeadLetter, Delivery, EventLog, LogWatch } from '../event-log.ts';
import { startThread } from '../thread/start.ts';
import type { AppendRow } from './append.ts';
import type { DeadLetterRow } from './dead-letters.ts';
import type { LeasedRow } from './lease.ts';
import type { Settlement } from './settle.ts';
import type { LogData, LogMethods } from './worker.ts';

const MAX_ANSWER = 2000;

/** Two times in epoch ms: dates are told by `now`, which may be set forward and back; leases and waits by `steady`. */
export interface LogClock {
  now(): number;
  steady(): number;
}

/**
 * The log on one SQLite file, in a thread of its own.
 *
 * @throws {DataDirUnusable}
 */
export async function openSqliteLog(data: LogData, clock: LogClock, watch: LogWatch): Promise<EventLog> {
  const worker = new URL('./worker.ts', import.meta.url);
  const thread = await startThread<LogMethods>(worker, data, watch.committed);
  const { missing, highWaterMarkLost } = await thread.call('found');
  if (missing) watch.gapFound(missing);
  if (highWaterMarkLost) watch.highWaterMarkLost();
  const listeners = new Set<() => void>();
  const settlements = collect<Settlement>((settled) => thread.send('settle', joinAcks(settled)));

  /** What was settled before a call is seen by it. */
  const call: typeof thread.call = (...args) => {
    settlements.flush();
    return thread.call(...args);
  };

  return {
    append(entries) {
      if (entries.length === 0) return Promise.resolve({ stored: 0, duplicates: 0 });
      const rows = entries.map((entry) => toRow(entry, clock));
      return call('append', rows, clock.now()).then(({ stored, duplicates, bytes }) => {
        watch.appended(bytes);
        if (stored > 0) for (const listener of listeners) listener();
        return { stored, duplicates };
      });
    },
    async lease(consumer, max) {
      const takenAtMs = clock.steady();
      const rows = await call('take', consumer, max, takenAtMs);
      return rows.map((row) => toDelivery(row, { consumer, takenAtMs, clock, settle: settlements.add }));
    },
    requeueNow: (consumer) => call('wake', consumer),
    async nextDueMs(consumer) {
      const dueMs = await call('nextDueMs', consumer, clock.steady());
      return dueMs === undefined ? undefined : dueMs + setBy(clock);
    },
    onAppended(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    depth: (consumer) => call('depth', consumer, clock.now()),
    deadLetters: async ({ consumer, limit, before }) =>
      (await call('deadLetters', consumer, limit, before)).map(toDeadLetter),
    replayDeadLetters: (selection) => call('replayDeadLetters', selection),
    discardDeadLetters: (selection) => call('discardDeadLetters', selection),
    replaySince: (consumer, sinceMs) => call('replaySince', consumer, sinceMs),
    erase: (shop, id) => call('erase', shop, id),
    purge: (shop) => call('purge', shop),
    retain: () => call('retain', clock.now()),
    check: () => call('check', clock.now()),
    async close() {
      settlements.flush();
      await thread.close();
    },
  };
}

/** Gathers what is added in one turn of the event loop, so that a batch of deliveries settles in one message. */
function collect<T>(send: (items: T[]) => void) {
  let items: T[] = [];
  const flush = () => {
    if (items.length > 0) send(items);
    items = [];
  };
  const add = (item: T) => {
    if (items.push(item) === 1) queueMicrotask(flush);
  };
  return { add, flush };
}

/** A whole round of acks crosses as one list of numbers. */
function joinAcks(settlements: readonly Settlement[]): Settlement[] {
  const joined: Settlement[] = [];
  for (const next of settlements) {
    const last = joined.at(-1);
    const isOneMore = next.kind === 'ack' && last?.kind === 'ack' && areOneLease(last, next);
    if (isOneMore) last.seqs.push(...next.seqs);
    else joined.push(next);
  }
  return joined;
}
const areOneLease = (one: Settlement, other: Settlement) =>
  one.consumer === other.consumer && one.attempt === other.attempt;

/** How far the clock of dates was set since the process began, in ms. */
const setBy = ({ now, steady }: LogClock) => now() - steady();

function toRow({ event, encryptedPii: sealed, holdUntilMs }: Append, clock: LogClock): AppendRow {
  const { shop, messageId, orderKey = null, receivedAt } = event;
  const receivedAtMs = Date.parse(receivedAt);
  return [
    shop,
    messageId,
    orderKey,
    receivedAtMs,
    holdUntilMs === undefined ? null : holdUntilMs - setBy(clock),
    JSON.stringify(event),
    sealed ?? null,
  ];
}

/** Stands for an event that the disk has damaged. It allows no purpose, so that it goes nowhere. */
const UNREADABLE: ProtectedEvent = {
  shop: '',
  messageId: '',
  type: 'track',
  timestamp: new Date(0).toISOString(),
  receivedAt: new Date(0).toISOString(),
  identity: {},
  consent: { advertising: false, analytics: false, marketing: false },
  context: {},
  properties: {},
  traits: {},
};

function toEvent(body: string): ProtectedEvent {
  try {
    return JSON.parse(body);
  } catch {
    return UNREADABLE;
  }
}

interface Lease {
  consumer: string;
  takenAtMs: number;
  clock: LogClock;
  settle(settlement: Settlement): void;
}

function toDelivery(row: LeasedRow, lease: Lease): Delivery {
  const { attempt, sealed, uncertainSinceMs } = row;
  const settling = createSettling(row, lease);
  let event: ProtectedEvent | undefined;
  return {
    // Parsed when it is looked at, so that a large take does not hold up the event loop.
    get event() {
      event ??= toEvent(row.body);
      // Its neighbours in the same take go on without it.
      if (event === UNREADABLE) settling.deadLetter('damaged', 'what is stored of this event cannot be read');
      return event;
    },
    isOrder: row.isOrder === 1,
    attempt,
    ...(sealed !== null && { encryptedPii: sealed }),
    ...(uncertainSinceMs !== null && { uncertainSinceMs: uncertainSinceMs + setBy(lease.clock) }),
    ...settling,
  };
}

/** Apart from the event: whoever keeps these three keeps nothing of what was delivered. */
function createSettling(
  { seq, attempt, uncertainSinceMs }: LeasedRow,
  { consumer, takenAtMs, clock, settle }: Lease,
): Pick<Delivery, 'ack' | 'retry' | 'deadLetter'> {
  const lease = { consumer, attempt, seqs: [seq] };
  let isSettled = false;
  const once = (settlement: Settlement) => {
    if (!isSettled) settle(settlement);
    isSettled = true;
  };
  return {
    ack: () => once({ ...lease, kind: 'ack' }),
    retry: (delayMs, reason, uncertain = false) =>
      once({
        ...lease,
        kind: 'retry',
        dueAtMs: clock.steady() + delayMs,
        reason,
        uncertainSinceMs: uncertainSinceMs ?? (uncertain ? takenAtMs : null),
      }),
    deadLetter: (reason, answer) =>
      once({
        ...lease,
        kind: 'dead-letter',
        atMs: clock.now(),
        reason,
        answer: answer?.slice(0, MAX_ANSWER) ?? null,
      }),
  };
}

function toDeadLetter({ body, answer, atMs, ...row }: DeadLetterRow): DeadLetter {
  return {
    ...row,
    event: toEvent(body),
    at: new Date(atMs).toISOString(),
    ...(answer !== null && { answer }),
  };
}

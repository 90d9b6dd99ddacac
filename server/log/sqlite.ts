import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { startThread } from '../storage/thread.ts';
import type { Append, DeadLetter, Delivery, EventLog, LogWatch } from './event-log.ts';
import type { AppendRow } from './sqlite/append.ts';
import type { DeadLetterRow } from './sqlite/dead-letters.ts';
import type { Settlement } from './sqlite/settle.ts';
import type { TakenRow } from './sqlite/take.ts';
import type { LogData, LogMethods } from './sqlite/worker.ts';

const MAX_ANSWER = 2000;

/**
 * The log on one SQLite file, in a thread of its own.
 *
 * @param clock epoch ms.
 * @throws {DataDirUnusable}
 */
export async function openSqliteLog(data: LogData, clock: () => number, watch: LogWatch): Promise<EventLog> {
  const worker = new URL('./sqlite/worker.ts', import.meta.url);
  const thread = await startThread<LogMethods>(worker, data, watch.committed);
  const listeners = new Set<() => void>();
  const settlements = collect<Settlement>((settled) => thread.send('settle', settled));

  /** What was settled before a call is seen by it. */
  const call: typeof thread.call = (...args) => {
    settlements.flush();
    return thread.call(...args);
  };

  return {
    async append(entries) {
      if (entries.length === 0) return { stored: 0, duplicates: 0 };
      const result = await call('append', entries.map(toRow), clock());
      watch.appended(result.bytes);
      if (result.stored > 0) for (const listener of listeners) listener();
      return { stored: result.stored, duplicates: result.duplicates };
    },
    async take(consumer, max) {
      const takenAtMs = clock();
      const rows = await call('take', consumer, max, takenAtMs);
      return rows.map((row) => toDelivery(row, { consumer, takenAtMs, clock, settle: settlements.add }));
    },
    wake: (consumer) => call('wake', consumer),
    nextDueMs: (consumer) => call('nextDueMs', consumer, clock()),
    onAppended(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    depth: (consumer) => call('depth', consumer, clock()),
    deadLetters: async ({ consumer, limit, before }) =>
      (await call('deadLetters', consumer, limit, before)).map(toDeadLetter),
    replayDeadLetters: (selection) => call('replayDeadLetters', selection),
    discardDeadLetters: (selection) => call('discardDeadLetters', selection),
    replaySince: (consumer, sinceMs) => call('replaySince', consumer, sinceMs),
    erase: (shop, id) => call('erase', shop, id),
    purge: (shop) => call('purge', shop),
    retain: () => call('retain', clock()),
    check: () => call('check', clock()),
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

function toRow({ event, sealed, holdUntilMs }: Append): AppendRow {
  const { shop, messageId, identity } = event;
  return {
    shop,
    messageId,
    orderKey: event.orderKey ?? null,
    receivedAtMs: Date.parse(event.receivedAt),
    holdUntilMs: holdUntilMs ?? null,
    anonymousId: identity.anonymousId ?? null,
    userId: identity.userId ?? null,
    previousId: identity.previousId ?? null,
    emailSha256: identity.emailSha256 ?? null,
    body: JSON.stringify(event),
    sealed: sealed ?? null,
  };
}

const toEvent = (body: string): ProtectedEvent => JSON.parse(body);

interface Lease {
  consumer: string;
  takenAtMs: number;
  clock: () => number;
  settle(settlement: Settlement): void;
}

function toDelivery(row: TakenRow, { consumer, takenAtMs, clock, settle }: Lease): Delivery {
  const { seq, attempt, sealed, uncertainSinceMs } = row;
  const lease = { consumer, seq, attempt };
  let isSettled = false;
  const once = (settlement: Settlement) => {
    if (!isSettled) settle(settlement);
    isSettled = true;
  };
  return {
    event: toEvent(row.body),
    attempt,
    ...(sealed !== null && { sealed }),
    ...(uncertainSinceMs !== null && { uncertainSinceMs }),
    ack: () => once({ ...lease, kind: 'ack' }),
    retry: (delayMs, reason, uncertain = false) =>
      once({
        ...lease,
        kind: 'retry',
        dueAtMs: clock() + delayMs,
        reason,
        uncertainSinceMs: uncertainSinceMs ?? (uncertain ? takenAtMs : null),
      }),
    deadLetter: (reason, answer) =>
      once({
        ...lease,
        kind: 'dead-letter',
        atMs: clock(),
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

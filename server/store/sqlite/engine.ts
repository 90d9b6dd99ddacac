import { MAX_FACT_LENGTH } from '../facts.ts';
import { type Claim, EVERY_JOB, type Job, type Jobs } from '../jobs.ts';
import { createRecentDenials } from '../recent-denials.ts';
import type { Accepted, DeadLetter, LogWatch, Store } from '../store.ts';
import { personSubject, visitorSubject } from '../subject.ts';
import { startThread, type Thread } from '../thread/start.ts';
import { createWitness } from '../witness.ts';
import type { WorkerStates } from '../worker-states.ts';
import { createAppended } from './appended.ts';
import { collectSettlements } from './collect-settlements.ts';
import type { ConsentChanges } from './consents.ts';
import type { LogData } from './create-engine.ts';
import type { DeadLetterRow } from './dead-letters.ts';
import { toDelivery } from './delivery.ts';
import { clockShiftMs, type LogClock } from './log-clock.ts';
import { toAcceptRow } from './to-accept-row.ts';
import { toDenialRow } from './to-denial-row.ts';
import { toEvent } from './unreadable.ts';
import type { LogMethods } from './worker.ts';

/**
 * The event log on `store.db`, in a thread of its own.
 *
 * @throws {DataDirUnusable} when the directory or its files cannot be opened.
 */
export const openSqliteLog = (data: LogData, clock: LogClock, watch: LogWatch): Promise<Store> =>
  openEngineLog(new URL('./worker.ts', import.meta.url), data, clock, watch);

/** Methods that only the thread of a shared log has. */
export interface SharedMethods {
  /** Says that this process runs, and what its workers are like, by consumer. Returns whether consumers changed hands, the database's time, epoch ms, and whether a process runs no more. */
  claim(states: Readonly<Record<string, string>>): { isChanged: boolean; nowMs: number; hasLeft: boolean };
  claimJob(job: Job): Claim | undefined;
  finishJob(claim: Claim, nowMs: number): void;
  /** Since the last call: the shops of which others have stored, requeued or settled something, and what was denied. */
  look(): { changedShops: string[]; changes: ConsentChanges | null };
  /** What the process that delivers for the consumer said of its worker. */
  stateOf(consumer: string): string;
}
/** What a process does beside others on the same log. */
export interface Engaged extends Jobs, Pick<WorkerStates, 'stateOf'> {
  stop(): void;
}
/** What others need of this process, and what it needs to know of them. */
export interface Own {
  states: ReadonlyMap<string, () => string>;
  /** What waits may be due: others have stored something of these shops, or this process took something over, of any. */
  onChange(shops?: readonly string[]): void;
  onConsentChanges(changes: ConsentChanges | null): void;
}
type Engage = (call: Thread<SharedMethods>['call'], own: Own) => Promise<Engaged>;

const alone: Engage = async (_call, { states }) => ({
  ...EVERY_JOB,
  stateOf: async (consumer) => states.get(consumer)?.() ?? '',
  stop() {},
});

/** @param engage begins what the process does beside others; default: it is alone. */
export async function openEngineLog(
  worker: URL,
  data: LogData,
  clock: LogClock,
  watch: LogWatch,
  engage: Engage = alone,
): Promise<Store> {
  const settledListeners = new Set<() => void>();
  const { call, send, close } = await startThread<LogMethods & SharedMethods>(worker, data, {
    onCommit: watch.committed,
    // Whoever reads what was settled finds it.
    onSent() {
      for (const listener of settledListeners) listener();
    },
    onProgress: ({ step, done }) => watch.upgrading(step, done),
    // A call sees what was settled before it.
    beforeCall: () => settlements.flush(),
  });
  const settlements = collectSettlements(send.settle);
  const appended = createAppended();
  const shopOf = new Map(data.consumers.map(({ name, shop }) => [name, shop]));
  const everyShop = new Set(shopOf.values());
  const recentDenials = createRecentDenials();
  const { gap, highWaterMarkLost, witnessKey } = await call.found();
  if (gap) watch.gapFound(gap);
  if (highWaterMarkLost) watch.highWaterMarkLost();

  function applyChanges(changes: ConsentChanges | null): void {
    if (!changes) return;
    const { denied, denials, refused } = changes;
    recentDenials.add(denied, denials);
    if (refused > 0) watch.consentsRefused(refused);
  }

  /** A long replay is leased while it is under way. @param consumer absent: of any. */
  async function withListeners<Replayed>(
    consumer: string | undefined,
    replay: Promise<Replayed>,
  ): Promise<Replayed> {
    const shop = shopOf.get(consumer ?? '');
    const notify = () => appended.notify(shop === undefined ? everyShop : [shop]);
    notify();
    const replayed = await replay;
    notify();
    return replayed;
  }
  const now = () => ({ nowMs: clock.now(), steadyMs: clock.steady() });

  const states = new Map<string, () => string>();
  const { stop, ...shared } = await engage(call, {
    states,
    onChange: (shops) => appended.notify(shops ?? everyShop),
    onConsentChanges: applyChanges,
  });
  const { requeueNow, personOf, purge } = call;
  return {
    ...shared,
    reportState: (consumer, read) => void states.set(consumer, read),
    requeueNow,
    replayDeadLetters: (selection, action) =>
      withListeners(
        'consumer' in selection ? selection.consumer : undefined,
        call.replayDeadLetters(selection, action, now()),
      ),
    discardDeadLetters: (selection, action) => call.discardDeadLetters(selection, action),
    replaySince: (consumer, sinceMs) => withListeners(consumer, call.replaySince(consumer, sinceMs, now())),
    requeue: (consumer, seqs, options = {}) =>
      withListeners(consumer, call.requeue(consumer, seqs, options, now())),
    personOf,
    erase: (shop, query) => call.erase(shop, query, clock.now()),
    exportPerson: async (shop, query) => {
      const { deadLetters, ...exported } = await call.exportPerson(shop, query);
      return { ...exported, deadLetters: deadLetters.map(toDeadLetter) };
    },
    purge,
    redactions: ({ dueAtMs } = {}) => call.redactions(dueAtMs),
    redaction: call.redaction,
    confirmRedaction: (id) => call.confirmRedaction(id, clock.now()),
    finishRedaction: (id, isFound) => call.finishRedaction(id, isFound, clock.now()),
    witnessOf: createWitness(witnessKey),
    async accept(entries) {
      if (entries.length === 0) return [];
      const rows = entries.map(toAcceptRow);
      const { isStored, orders, bytes, changes } = await call.accept(rows, clock.now(), clockShiftMs(clock));
      applyChanges(changes);
      watch.appended(bytes);
      // Also for what is a duplicate to destinations and news to statistics.
      if (bytes > 0) appended.notify(new Set(entries.map(({ event }) => event.shop)));
      const accepted: Accepted[] = isStored.map((stored) => ({ isStored: stored }));
      for (const [index, answer] of orders) accepted[index] = answer;
      return accepted;
    },
    async deny(denials) {
      if (denials.length > 0) applyChanges(await call.deny(denials.map(toDenialRow), clock.now()));
    },
    reserve: (consumer, keys) => call.reserve(consumer, keys, clock.now()),
    find: (consumer, keys) => call.findKeys(consumer, keys, clock.now()),
    settle(consumer, settled) {
      const { confirmed, released, requests } = settled;
      if (confirmed.length + released.length + requests.length > 0)
        settlements.add({ consumer, kind: 'request', ...settled, atMs: clock.now() });
    },
    history: ({ consumer, limit, before }) => call.history(consumer, limit, before),
    async lease(consumer, max) {
      const leasedAtMs = clock.steady();
      const rows = await call.lease(consumer, max, leasedAtMs);
      const lease = { consumer, leasedAtMs, clock, settle: settlements.add, recentDenials };
      return rows.map((row) => toDelivery(row, lease));
    },
    async nextDueMs(consumer) {
      const dueMs = await call.nextDueMs(consumer, clock.steady());
      return dueMs === undefined ? undefined : dueMs + clockShiftMs(clock);
    },
    onAppended: appended.on,
    onSettled(listener) {
      settledListeners.add(listener);
      return () => void settledListeners.delete(listener);
    },
    recordedOf: call.recordedOf,
    consentHistory: async (shop, id) => {
      const subjects = [visitorSubject(id), personSubject(id)].filter((subject) => subject !== '');
      const found = await Promise.all(subjects.map((subject) => call.consentHistory(shop, subject)));
      return found.flat().sort((a, b) => a.receivedAtMs - b.receivedAtMs);
    },
    async hasGrant({ shop, identity, source }) {
      const person = source === 'browser' ? '' : personSubject(identity.userId ?? identity.emailSha256);
      const subjects = [visitorSubject(identity.anonymousId), person].filter((subject) => subject !== '');
      const states = subjects.length > 0 ? await call.consentStates(shop, subjects) : [];
      return states.some((state) => state.includes('g'));
    },
    addAudit: (entry) => call.addAudit(entry, clock.now()),
    beginAction: (entry) => call.beginAction(entry, clock.now()),
    endAction: call.endAction,
    audit: call.audit,
    readFact: call.readFact,
    keepFact: call.keepFact,
    addCounts: call.addCounts,
    counts: call.counts,
    async writeFact(name, value, claim) {
      if (value.length > MAX_FACT_LENGTH) throw new RangeError(`a fact has ${value.length} characters`);
      return call.writeFact(name, value, claim);
    },
    depth: (consumer) => call.depth(consumer, clock.now()),
    deadLetters: async ({ consumer, limit, before }) =>
      (await call.deadLetters(consumer, limit, before)).map(toDeadLetter),
    openEvidence: call.openEvidence,
    closeEvidence: (ids, outcome) => call.closeEvidence(ids, outcome, clock.now()),
    unconfirmedOrders: call.unconfirmedOrders,
    expire: () => call.expire(clock.now(), clock.steady()),
    retain: () => call.retain(clock.now()),
    check: () => call.check(clock.now()),
    async close() {
      stop();
      settlements.flush();
      await close();
    },
  };
}

function toDeadLetter({ body, packed: _, answer, atMs, ...row }: DeadLetterRow): DeadLetter {
  return {
    ...row,
    event: toEvent(body),
    at: new Date(atMs).toISOString(),
    ...(answer !== null && { answer }),
  };
}

import { type ConsentState, NOTHING_SAID, PURPOSES, stateOf } from '../../../shared/consent.ts';
import { orderTokens } from '../../../shared/order-ids.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import type { OrderClaim } from '../../orders/claim.ts';
import { toEvidence } from '../../orders/evidence.ts';
import { linksPersons } from '../../orders/links-persons.ts';
import { type Recorded, withRecord } from '../../privacy/effective-consent.ts';
import { contactsOf } from '../../privacy/person.ts';
import { createRecentDenials, type RecentDenials } from '../recent-denials.ts';
import type { Accepted, DeadLetter, Delivery, Denial, Entry, LogWatch, Store } from '../store.ts';
import { personSubject, subjectOf, tokenDigestSubject, tokenSubject, visitorSubject } from '../subject.ts';
import { startThread } from '../thread/start.ts';
import { createWitness } from '../witness.ts';
import type { AcceptRow, DenialRow, Details, Whose } from './accept-row.ts';
import type { ConsentChanges } from './consents.ts';
import type { DeadLetterRow } from './dead-letters.ts';
import type { LeasedRow } from './lease.ts';
import { readConsent } from './recorded.ts';
import type { DeliverySettlement, Settlement } from './settle.ts';
import { readStored } from './stored-event.ts';
import type { LogData, LogMethods } from './worker.ts';

const MAX_ANSWER = 2000;

/** Two clocks, both in epoch ms: `now` for dates, may be set forward and back; `steady` for leases and waits. */
export interface LogClock {
  now(): number;
  steady(): number;
}

/**
 * The event log on `store.db`, in a thread of its own.
 *
 * @throws {DataDirUnusable} when the directory or its files cannot be opened.
 */
export async function openSqliteLog(data: LogData, clock: LogClock, watch: LogWatch): Promise<Store> {
  const worker = new URL('./worker.ts', import.meta.url);
  const { call, send, close } = await startThread<LogMethods>(worker, data, {
    onCommit: watch.committed,
    onProgress: ({ step, done }) => watch.upgrading(step, done),
    // A call sees what was settled before it.
    beforeCall: () => settlements.flush(),
  });
  const settlements = collect<Settlement>((settled) => send.settle(joinAcks(settled)));
  const listeners = new Set<() => void>();
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

  const { requeueNow, discardDeadLetters, personOf, purge } = call;
  return {
    requeueNow,
    replayDeadLetters: (selection) => call.replayDeadLetters(selection, clock.now()),
    discardDeadLetters,
    replaySince: (consumer, sinceMs) => call.replaySince(consumer, sinceMs, clock.now()),
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
      const rows = entries.map(toRow);
      const { isStored, orders, bytes, changes } = await call.accept(rows, clock.now(), clockShiftMs(clock));
      applyChanges(changes);
      watch.appended(bytes);
      // Also for what is a duplicate to destinations and news to statistics.
      if (bytes > 0) for (const listener of listeners) listener();
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
    onAppended(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
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
      settlements.flush();
      await close();
    },
  };
}

/** Collects the items of one turn of the event loop, so that a batch of deliveries is settled by one message. */
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

/** Acks of one lease are joined into one list of numbers, which crosses to the thread cheaply. */
function joinAcks(settlements: readonly Settlement[]): Settlement[] {
  const joined: Settlement[] = [];
  for (const next of settlements) {
    const last = joined.at(-1);
    const isOneMore = next.kind === 'ack' && last?.kind === 'ack' && haveSameLease(last, next);
    if (isOneMore) last.seqs.push(...next.seqs);
    else joined.push(next);
  }
  return joined;
}
const haveSameLease = (one: DeliverySettlement, other: DeliverySettlement) =>
  one.consumer === other.consumer && one.attempt === other.attempt;

/** How far the clock of dates was set since the process began, in ms. Held times are stored in steady time. */
const clockShiftMs = ({ now, steady }: LogClock) => now() - steady();

function toRow(entry: Entry): AcceptRow {
  const { event, encryptedPii = null } = entry;
  const { shop, source, messageId } = event;
  const receivedAtMs = Date.parse(event.receivedAt);
  return [
    shop,
    source,
    messageId,
    receivedAtMs,
    JSON.stringify(event),
    encryptedPii,
    toDetails(entry),
    toWhose(entry, receivedAtMs),
  ];
}

function toWhose({ event, witness, ownMs }: Entry, receivedAtMs: number): Whose {
  const { source, consent, assumed, timestamp } = event;
  const isChoice = source === 'browser' || source === 'server';
  const choice: ConsentState = isChoice ? stateOf(consent, assumed) : NOTHING_SAID;
  const [visitor, person] = subjectsOf(event);
  const saidAtMs = choice === NOTHING_SAID ? 0 : Math.min(Date.parse(timestamp), receivedAtMs);
  return [
    visitor,
    person === '' ? null : person,
    choice,
    saidAtMs,
    choice === NOTHING_SAID ? null : (witness ?? null),
    choice === NOTHING_SAID ? null : (ownMs ?? null),
  ];
}

/** Visitor and person of an event's consent record; '' where there is none. */
const subjectsOf = ({ identity, source, properties }: ProtectedEvent): [string, string] => [
  visitorSubject(identity.anonymousId) || (source === 'platform' ? cartOf(properties) : ''),
  personSubject(identity.userId ?? identity.emailSha256),
];

/** A cart of the shop system that no snippet has written its visitor's id into. */
const cartOf = (properties: ProtectedEvent['properties']): string =>
  tokenSubject(orderTokens(properties)[0] ?? '');

function toDenialRow(denial: Denial): DenialRow {
  const { shop, source, choice, receivedAtMs, anonymousId, userId, claim, witness } = denial;
  const { tokens = [], tokenDigests = [], emailSha256, ownMs } = denial;
  const isTrusted = source !== 'browser';
  const visitor = visitorSubject(anonymousId);
  const shown = [...tokens.map(tokenSubject), ...tokenDigests.map(tokenDigestSubject)];
  const names = isTrusted ? (claim?.names ?? []).map((name) => subjectOf('o', name)) : [];
  return {
    ...{ shop, source, choice, receivedAtMs, witness: witness ?? null, ownMs: ownMs ?? null },
    saidAtMs: Math.min(denial.saidAtMs, receivedAtMs),
    subjects: [visitor, ...(isTrusted ? [userId, emailSha256].map(personSubject) : []), ...shown, ...names],
    ...(claim && { claim: withoutPerson(claim) }),
    body: JSON.stringify(toRemains(denial)),
  };
}

const withoutPerson = ({ userId: _, ...claim }: OrderClaim): OrderClaim => claim;

/** What is kept of a page's order report that grants no purpose: neither who, nor what was bought. */
function toRemains({ shop, source, messageId, choice, saidAtMs, receivedAtMs }: Denial): ProtectedEvent {
  return {
    ...{ shop, source, messageId, type: 'track' },
    timestamp: new Date(saidAtMs).toISOString(),
    receivedAt: new Date(receivedAtMs).toISOString(),
    consent: { advertising: false, analytics: false, marketing: false },
    assumed: PURPOSES.filter((_, index) => choice[index] === '-'),
    ...{ identity: {}, context: {}, properties: {}, traits: {} },
  };
}

/** Null for most events, which report no order and show no token. */
function toDetails(entry: Entry): Details | null {
  const { event, audience, claim, tokens = [], witness, webhook, redaction } = entry;
  const { orderKey, source, identity } = event;
  const { anonymousId, userId = '' } = identity;
  const person = source === 'browser' ? undefined : personIn(event);
  const claimed = source === 'browser' ? claimedIn(event) : undefined;
  const isPlain = !claim && !audience && !person && !claimed && !webhook;
  if (isPlain && tokens.length === 0 && orderKey === undefined) return null;
  return {
    ...(claim && { claim }),
    ...(audience && { audience }),
    ...(orderKey !== undefined && { key: orderKey }),
    ...(source === 'browser' && { visitor: anonymousId ?? '' }),
    ...(tokens.length > 0 && { shown: { tokens, userId, evidence: JSON.stringify(toEvidence(event)) } }),
    ...(claim && witness !== undefined && { witness }),
    ...(person && { person }),
    ...(webhook && { webhook }),
    ...(redaction && { redaction }),
    ...(claimed && { claimed }),
  };
}

function claimedIn({ type, identity }: ProtectedEvent): Details['claimed'] {
  const { userId, previousId, emailSha256, phoneSha256 } = identity;
  const isAlias = type === 'alias';
  if (userId === undefined || !(isAlias || type === 'identify')) return undefined;
  const keys = digestKeys([emailSha256, phoneSha256]);
  return { userId, ...(previousId !== undefined && { previousId }), keys, isAlias };
}

/** Of the digests of an email and a phone, as links of persons name them. */
const digestKeys = ([email, phone]: readonly (string | undefined)[]): string[] => [
  ...(email === undefined ? [] : [`e:${email}`]),
  ...(phone === undefined ? [] : [`p:${phone}`]),
];

/** What belongs to a user id, where the event's voice links persons. */
function personIn(event: ProtectedEvent): Details['person'] {
  const { userId, previousId } = event.identity;
  if (userId === undefined || !linksPersons(event)) return undefined;
  const { emailSha256, phoneSha256 } = contactsOf(event);
  const keys = [
    ...digestKeys([emailSha256, phoneSha256]),
    ...(previousId !== undefined && previousId !== userId ? [`u:${previousId}`] : []),
  ];
  return keys.length > 0 ? { userId, keys } : undefined;
}

/** Replaces an event that is damaged on disk. It consents to no purpose, so no destination gets it. */
const UNREADABLE: ProtectedEvent = {
  shop: '',
  source: 'browser',
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

const NOT_RECORDED = { recorded: undefined, subjects: undefined };

function toEvent(body: string, recorded?: Recorded): ProtectedEvent {
  try {
    const event = readStored(body);
    return recorded ? withRecord(event, recorded) : event;
  } catch {
    return UNREADABLE;
  }
}

interface Lease {
  consumer: string;
  leasedAtMs: number;
  clock: LogClock;
  settle(settlement: DeliverySettlement): void;
  recentDenials: RecentDenials;
}

/** Whose consent record a delivery follows; known once its event was read. */
interface Followed {
  shop: string;
  subjects: readonly string[];
}

function toDelivery(row: LeasedRow, lease: Lease): Delivery {
  const { attempt, encryptedPii, uncertainSinceMs, waitingSinceMs, denials } = row;
  const settling = createSettling(row, lease);
  let event: ProtectedEvent | undefined;
  const followed: Followed = { shop: '', subjects: [] };
  const read = () => {
    const { recorded, subjects } = row.consent === null ? NOT_RECORDED : readConsent(row.consent);
    const found = toEvent(row.body, recorded);
    Object.assign(followed, { shop: found.shop, subjects: subjects ?? subjectsOf(found) });
    return found;
  };
  return {
    // Parsed at first access, so that a large lease does not block the event loop.
    get event() {
      event ??= read();
      // Only this delivery fails; the others of the lease are not affected.
      if (event === UNREADABLE) settling.deadLetter('damaged', 'the stored event cannot be parsed');
      return event;
    },
    isCurrent: () => !lease.recentDenials.anySince(followed, denials),
    seq: row.seq,
    isOrder: row.isOrder === 1,
    attempt,
    waitingSinceMs,
    ...(encryptedPii !== null && { encryptedPii }),
    ...(uncertainSinceMs !== null && { uncertainSinceMs: uncertainSinceMs + clockShiftMs(lease.clock) }),
    ...settling,
  };
}

/** Separate from the event, so that a caller who keeps these functions does not keep the event in memory. */
function createSettling(
  { seq, attempt, uncertainSinceMs }: LeasedRow,
  { consumer, leasedAtMs, clock, settle }: Lease,
): Pick<Delivery, 'ack' | 'retry' | 'deadLetter'> {
  const lease = { consumer, attempt, seqs: [seq] };
  let isSettled = false;
  const once = (settlement: DeliverySettlement) => {
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
        uncertainSinceMs: uncertainSinceMs ?? (uncertain ? leasedAtMs : null),
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

import { randomUUID } from 'node:crypto';
import type { Identity, ProtectedEvent } from '../../shared/protected-event.ts';
import type { PersonKey } from '../analytics/facts.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import { needsRawPii } from '../destinations/destination.ts';
import { type PiiEncryption, piiBinding } from '../privacy/encrypted-pii.ts';
import { isSha256 } from '../privacy/hash.ts';
import { normalizeEmail } from '../privacy/normalize.ts';
import { protectId } from '../privacy/protect.ts';
import type { Entry, Erased, EventLog } from '../store/event-log.ts';

/** What an erasure did here, what it asked of others, and what nobody can take back. */
export interface Erasure {
  shop: string;
  events: number;
  ids: string[];
  /** User ids, or the digest of an email that is one, for which `User Suppressed` is on its way to those who know it. */
  suppressed: string[];
  /** What was delivered before and cannot be deleted from here, in words for the person who asked. */
  remains: { destination: string; why: string }[];
}

export interface EraseParts {
  log: EventLog;
  piiEncryption: PiiEncryption;
  /** Absent where nothing is counted. */
  state: Pick<AnalyticsStore, 'erase'> | undefined;
}

/** Of one person, at the most: an account, an older one, one for the office. */
const MOST_ACCOUNTS = 5;

/**
 * Forgets a person: every event, state and seal of theirs and of every id linked to theirs. What they did stays counted,
 * by nobody; let statistics catch up first.
 *
 * @param id an anonymous id, a user id or an email digest, or the email itself; read as the door reads it.
 * @param asked where more user ids are linked than one person has, they shared a device: of these alone the
 *   destinations are told. Left out: of all.
 */
export async function eraseVisitor(
  { log, piiEncryption, state }: EraseParts,
  shop: Shop,
  id: string,
  nowMs: number,
  asked?: ReadonlySet<string>,
): Promise<Erasure> {
  const email = normalizeEmail(id);
  const stored = isSha256(id) ? id.toLowerCase() : protectId(id);
  const { events, ids, userIds } = await eraseEverywhere({ log, state }, shop.id, stored);
  const isShared = userIds.length > MOST_ACCOUNTS;
  const known: Entry[] = userIds
    .filter((userId) => !asked || !isShared || asked.has(userId))
    .map((userId) => ({ event: userSuppressed(shop, { userId }, nowMs) }));
  // A destination in raw mode may know the person by the email itself, which nobody but the caller can tell us.
  if (email !== undefined && shop.destinations.some(needsRawPii)) {
    const event = userSuppressed(shop, { emailSha256: stored }, nowMs);
    known.push({ event, encryptedPii: piiEncryption.encrypt({ userId: email, email }, piiBinding(event)) });
  }
  await log.accept(known);
  const remains = shop.destinations.flatMap(({ destination }) =>
    destination.cannotErase === undefined
      ? []
      : [{ destination: destination.integration, why: destination.cannotErase }],
  );
  const suppressed = known.map(({ event: { identity } }) => identity.userId ?? stored);
  return { shop: shop.id, events, ids, suppressed, remains };
}

/** Each of the two may know ids of the person that the other does not: both are asked until neither finds another. */
async function eraseEverywhere(
  { log, state }: Pick<EraseParts, 'log' | 'state'>,
  shop: string,
  id: string,
): Promise<Erased> {
  const all: Erased = { events: 0, ids: [], userIds: [] };
  const asked = new Set<string>();
  for (let next = [id]; next.length > 0; ) {
    const found = new Set<string>();
    for (const one of next) {
      asked.add(one);
      const { events, ids, userIds } = await log.erase(shop, one);
      all.events += events;
      all.ids = [...new Set([...all.ids, ...ids])];
      all.userIds = [...new Set([...all.userIds, ...userIds])];
      for (const other of ids) found.add(other);
    }
    const keys = [...new Set([...next, ...found])].flatMap(keysOf);
    const linked = ((await state?.erase(shop, keys)) ?? []).filter(isOfPerson).map((key) => key.slice(2));
    for (const other of linked) found.add(other);
    next = [...found].filter((other) => !asked.has(other));
  }
  return all;
}

/** Nobody says of which kind an id is. */
const keysOf = (id: string): PersonKey[] => [`a:${id}`, `u:${id}`, `e:${id}`];
export const isOfPerson = (key: PersonKey) => /^[aue]:/.test(key);

/** Consent is what the person withdraws; telling the destination so needs none. */
function userSuppressed(shop: Shop, identity: Identity, nowMs: number): ProtectedEvent {
  const now = new Date(nowMs).toISOString();
  return {
    shop: shop.id,
    source: 'operator',
    messageId: randomUUID(),
    type: 'track',
    event: 'User Suppressed',
    timestamp: now,
    receivedAt: now,
    identity,
    consent: { advertising: true, analytics: true, marketing: true },
    context: {},
    properties: {},
    traits: {},
  };
}

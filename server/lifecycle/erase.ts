import { randomUUID } from 'node:crypto';
import type { Identity, ProtectedEvent } from '../../shared/protected-event.ts';
import type { PersonKey } from '../analytics/facts.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import { needsRawPii, titleOf } from '../destinations/destination.ts';
import { type PiiEncryption, piiBinding } from '../privacy/encrypted-pii.ts';
import { isSha256 } from '../privacy/hash.ts';
import { normalizeEmail } from '../privacy/normalize.ts';
import { protectId } from '../privacy/protect.ts';
import type { Entry, Erased, Store } from '../store/store.ts';

/** The result of an erasure. */
export interface Erasure {
  shop: string;
  events: number;
  ids: string[];
  /** User IDs (or email digests used as such) for which `User Suppressed` is being delivered. */
  suppressed: string[];
  /** What was delivered before and cannot be deleted from here, explained for the person who asked. */
  remains: { destination: string; why: string }[];
}

export interface EraseParts {
  log: Store;
  piiEncryption: PiiEncryption;
  /** Absent when no shop is counted. */
  state: Pick<AnalyticsStore, 'erase'> | undefined;
}

/** User IDs one person may have; more of them are linked by a shared device. */
const MAX_ACCOUNTS = 5;

/**
 * Erases a person: every event, analytics row and encrypted value of theirs and of every ID linked to theirs. Counts
 * stay, without the person; let statistics catch up first.
 *
 * @param id an anonymous ID, a user ID, an email digest or the email itself, normalised as at ingest.
 * @param asked when more user IDs are linked than one person has, `User Suppressed` is delivered for these only. Left
 *   out: for all of them.
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
  const isShared = userIds.length > MAX_ACCOUNTS;
  const suppressions: Entry[] = userIds
    .filter((userId) => !asked || !isShared || asked.has(userId))
    .map((userId) => ({ event: userSuppressed(shop, { userId }, nowMs) }));
  // A destination in raw mode may know the person by the email itself, which is available only here.
  if (email !== undefined && shop.destinations.some(needsRawPii)) {
    const event = userSuppressed(shop, { emailSha256: stored }, nowMs);
    suppressions.push({
      event,
      encryptedPii: piiEncryption.encrypt({ userId: email, email }, piiBinding(event)),
    });
  }
  await log.accept(suppressions);
  const remains = shop.destinations.flatMap(({ destination }) =>
    destination.cannotErase === undefined
      ? []
      : [{ destination: titleOf(destination), why: destination.cannotErase }],
  );
  const suppressed = suppressions.map(({ event: { identity } }) => identity.userId ?? stored);
  return { shop: shop.id, events, ids, suppressed, remains };
}

/** Log and analytics store may each know IDs the other does not, so both are searched until neither finds another. */
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

/** The kind of an ID is unknown here, so all kinds are searched. */
const keysOf = (id: string): PersonKey[] => [`a:${id}`, `u:${id}`, `e:${id}`];
export const isOfPerson = (key: PersonKey) => /^[aue]:/.test(key);

/** Sent with all consents: the message withdraws consent and needs none. */
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

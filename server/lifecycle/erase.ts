import { randomUUID } from 'node:crypto';
import type { Identity, ProtectedEvent } from '../../shared/protected-event.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import { needsRawPii } from '../destinations/destination.ts';
import { type PiiEncryption, piiBinding } from '../privacy/encrypted-pii.ts';
import { sha256 } from '../privacy/hash.ts';
import { normalizeEmail } from '../privacy/normalize.ts';
import { phoneOfId } from '../privacy/protect-id.ts';
import type { Erased } from '../store/person.ts';
import type { Entry, Store } from '../store/store.ts';
import { type AskedPerson, findPerson, withBrowsers } from './person.ts';
import { type Remains, remainsOf } from './remains.ts';

/** The result of an erasure. */
export interface Erasure {
  shop: string;
  /** False when nothing of the person was found. */
  found: boolean;
  events: number;
  /** Events of others that lost a digest or an id of the person. */
  mentions: number;
  orders: number;
  /** Every id that was erased; empty when nothing was found. */
  ids: string[];
  /** Linked by what browsers claim alone, and left as they are: to be named if they are the person's. */
  claimed: Erased['claimed'];
  /** User IDs (or email digests used as such) for which `User Suppressed` is being delivered. */
  suppressed: string[];
  /** What was delivered before and cannot be deleted from here, explained for the person who asked. */
  remains: Remains[];
}

export interface EraseParts {
  log: Pick<Store, 'personOf' | 'erase' | 'accept'>;
  piiEncryption: PiiEncryption;
  /** Absent when no shop was ever counted. */
  state: Pick<AnalyticsStore, 'near' | 'erase'> | undefined;
}

/**
 * Erases a person: everything under their ids and digests, under what trusted voices linked to them, and of browsers
 * that claimed to be nobody else. Counts stay, without the person; let statistics catch up first.
 *
 * @param asked an id is an anonymous ID, a user ID, a digest, or an email.
 * @param userIds those known to be user IDs, which destinations delete also when nothing is found here.
 */
export async function eraseVisitor(
  { log, piiEncryption, state }: EraseParts,
  shop: Shop,
  asked: AskedPerson,
  nowMs: number,
  userIds: readonly string[] = [],
): Promise<Erasure> {
  const { query, keys } = await findPerson({ log, state }, shop, asked);
  const erased = await log.erase(shop.id, query);
  const { isFound, events, mentions, orders, messageIds, browsers, claimed } = erased;
  await state?.erase(shop.id, { people: withBrowsers(keys, browsers), orders, messageIds });
  const suppressions: Entry[] = [...new Set([...erased.userIds, ...userIds])].map((userId) => ({
    event: userSuppressed(shop, { userId }, nowMs),
  }));
  // A destination in raw mode may know the person by the email or the phone itself, which are available only here.
  for (const email of shop.destinations.some(needsRawPii) ? asked.ids.map(normalizeEmail) : [])
    if (email !== undefined) {
      const event = userSuppressed(shop, { emailSha256: sha256(email) }, nowMs);
      const encryptedPii = piiEncryption.encrypt({ userId: email, email }, piiBinding(event));
      suppressions.push({ event, encryptedPii });
    }
  for (const phone of shop.destinations.some(needsRawPii) ? asked.ids : []) {
    const number = phoneOfId(phone, shop.country);
    if (number === undefined) continue;
    const event = userSuppressed(shop, { phoneSha256: sha256(number) }, nowMs);
    const encryptedPii = piiEncryption.encrypt({ userId: phone.trim(), phone: number }, piiBinding(event));
    suppressions.push({ event, encryptedPii });
  }
  await log.accept(suppressions);
  return {
    shop: shop.id,
    found: isFound,
    events,
    mentions,
    orders: orders.length,
    ids: isFound ? [...new Set([...query.ids, ...browsers])] : [],
    claimed,
    suppressed: suppressions.map(
      ({ event: { identity } }) => identity.userId ?? identity.emailSha256 ?? identity.phoneSha256 ?? '',
    ),
    remains: remainsOf(shop),
  };
}

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

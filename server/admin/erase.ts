import { randomUUID } from 'node:crypto';
import type { Identity, ProtectedEvent } from '../../shared/protected-event.ts';
import type { Shop } from '../config.ts';
import { needsRawPii } from '../destinations/destination.ts';
import type { Append, EventLog } from '../log/event-log.ts';
import { isSha256 } from '../privacy/hash.ts';
import { normalizeEmail } from '../privacy/normalize.ts';
import { protectId } from '../privacy/protect.ts';
import { type Sealer, sealBinding } from '../privacy/seal.ts';

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

/**
 * Forgets a person: every event, state and seal of theirs and of every id linked to theirs.
 *
 * @param id an anonymous id, a user id or an email digest, or the email itself; read as the door reads it.
 */
export async function eraseVisitor(
  { log, sealer }: { log: EventLog; sealer: Sealer },
  shop: Shop,
  id: string,
  nowMs: number,
): Promise<Erasure> {
  const email = normalizeEmail(id);
  const stored = isSha256(id) ? id.toLowerCase() : protectId(id);
  const { events, ids, userIds } = await log.erase(shop.id, stored);
  const known: Append[] = userIds.map((userId) => ({ event: userSuppressed(shop, { userId }, nowMs) }));
  // A destination in raw mode may know the person by the email itself, which nobody but the caller can tell us.
  if (email !== undefined && shop.destinations.some(needsRawPii)) {
    const event = userSuppressed(shop, { emailSha256: stored }, nowMs);
    known.push({ event, sealed: sealer.seal({ userId: email, email }, sealBinding(event)) });
  }
  await log.append(known);
  const remains = shop.destinations.flatMap(({ destination }) =>
    destination.cannotErase === undefined
      ? []
      : [{ destination: destination.integration, why: destination.cannotErase }],
  );
  const suppressed = known.map(({ event: { identity } }) => identity.userId ?? stored);
  return { shop: shop.id, events, ids, suppressed, remains };
}

/** Consent is what the person withdraws; telling the destination so needs none. */
function userSuppressed(shop: Shop, identity: Identity, nowMs: number): ProtectedEvent {
  const now = new Date(nowMs).toISOString();
  return {
    shop: shop.id,
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

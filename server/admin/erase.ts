import { randomUUID } from 'node:crypto';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { Shop } from '../config.ts';
import type { EventLog } from '../log/event-log.ts';
import { isSha256 } from '../privacy/hash.ts';
import { protectId } from '../privacy/protect.ts';

/** What an erasure did here, what it asked of others, and what nobody can take back. */
export interface Erasure {
  shop: string;
  events: number;
  ids: string[];
  /** User ids for which `User Suppressed` is on its way to the destinations that know it. */
  suppressed: string[];
  /** What was delivered before and cannot be deleted from here, in words for the person who asked. */
  remains: { destination: string; why: string }[];
}

/**
 * Forgets a person: every event, state and seal of theirs and of every id linked to theirs.
 *
 * @param id an anonymous id, a user id or an email digest, or the email itself; read as the door reads it.
 */
export async function eraseVisitor(log: EventLog, shop: Shop, id: string, nowMs: number): Promise<Erasure> {
  const stored = isSha256(id) ? id.toLowerCase() : protectId(id);
  const { events, ids, userIds } = await log.erase(shop.id, stored);
  await log.append(userIds.map((userId) => ({ event: userSuppressed(shop, userId, nowMs) })));
  const remains = shop.destinations.flatMap(({ destination }) =>
    destination.cannotErase === undefined
      ? []
      : [{ destination: destination.integration, why: destination.cannotErase }],
  );
  return { shop: shop.id, events, ids, suppressed: userIds, remains };
}

/** Consent is what the person withdraws; telling the destination so needs none. */
function userSuppressed(shop: Shop, userId: string, nowMs: number): ProtectedEvent {
  const now = new Date(nowMs).toISOString();
  return {
    shop: shop.id,
    messageId: randomUUID(),
    type: 'track',
    event: 'User Suppressed',
    timestamp: now,
    receivedAt: now,
    identity: { userId },
    consent: { advertising: true, analytics: true, marketing: true },
    context: {},
    properties: {},
    traits: {},
  };
}

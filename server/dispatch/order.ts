import type { ProtectedEvent } from '../../shared/protected-event.ts';

/**
 * Who has an identify that was taken but is not settled yet. Their later events wait, so that the destination knows
 * the person first; nobody else waits.
 */
export interface Identifies {
  unsettled(event: ProtectedEvent): void;
  settled(event: ProtectedEvent): void;
  mustWait(event: ProtectedEvent): boolean;
}

export function createIdentifies(): Identifies {
  const waiting = new Map<string, Set<string>>();
  return {
    unsettled(event) {
      if (event.type !== 'identify') return;
      for (const person of peopleOf(event))
        waiting.set(person, (waiting.get(person) ?? new Set()).add(event.messageId));
    },
    settled(event) {
      if (event.type !== 'identify') return;
      for (const person of peopleOf(event)) {
        const identifies = waiting.get(person);
        identifies?.delete(event.messageId);
        if (identifies?.size === 0) waiting.delete(person);
      }
    },
    mustWait: (event) =>
      waiting.size > 0 && event.type !== 'identify' && peopleOf(event).some((person) => waiting.has(person)),
  };
}

const peopleOf = ({ identity }: ProtectedEvent) =>
  [identity.userId, identity.anonymousId, identity.emailSha256].filter((id) => id !== undefined);

import type { ProtectedEvent } from '../../shared/protected-event.ts';

/** The fields of an event that decide its order. */
type Event = Pick<ProtectedEvent, 'type' | 'messageId' | 'identity'>;
type Round = readonly { delivery: { event: Event } }[];

/**
 * The identifies that are not settled yet: in flight with a round, or failed and waiting for their next attempt.
 * Later events of the same person wait for them, so that the destination knows the person first. Events of other
 * people do not wait.
 */
export interface Identifies {
  /**
   * Registers a round; call it in lease order. `blocked` are the events of people with an identify in flight in an
   * earlier round, and this round's later events of the same people; they may be sent once the earlier rounds ended.
   */
  begin<One extends Round[number]>(round: readonly One[]): { now: One[]; blocked: One[] };
  /** True while an identify of this person waits for its next attempt. Always false for an identify. */
  mustWait(event: Event): boolean;
  settled(event: Event): void;
  failed(event: Event): void;
  /** Ends a round: its identifies that are still in flight count as failed. */
  end(round: Round): void;
}

export function createIdentifies(): Identifies {
  const inFlight = createPeople();
  const waiting = createPeople();

  function settled(event: Event): void {
    inFlight.remove(event);
    waiting.remove(event);
  }
  function failed(event: Event): void {
    inFlight.remove(event);
    waiting.add(event);
  }
  return {
    begin(round) {
      const blockedPeople = createPeople();
      const { now = [], blocked = [] } = Object.groupBy(round, ({ delivery: { event } }) => {
        if (!inFlight.includes(event) && !blockedPeople.includes(event)) return 'now';
        blockedPeople.add(event);
        return 'blocked';
      });
      for (const { delivery } of round) inFlight.add(delivery.event);
      return { now, blocked };
    },
    mustWait: (event) => event.type !== 'identify' && waiting.includes(event),
    settled,
    failed,
    end(round) {
      for (const { delivery } of round) if (inFlight.holds(delivery.event)) failed(delivery.event);
    },
  };
}

/** The people named by a set of identifies. */
function createPeople() {
  const identifiesByPerson = new Map<string, Set<string>>();
  return {
    /** Ignores everything but identifies. */
    add(event: Event) {
      if (event.type !== 'identify') return;
      for (const person of peopleOf(event)) {
        const identifies = identifiesByPerson.get(person);
        if (identifies) identifies.add(event.messageId);
        else identifiesByPerson.set(person, new Set([event.messageId]));
      }
    },
    remove(event: Event) {
      if (event.type !== 'identify') return;
      for (const person of peopleOf(event)) {
        const identifies = identifiesByPerson.get(person);
        identifies?.delete(event.messageId);
        if (identifies?.size === 0) identifiesByPerson.delete(person);
      }
    },
    /** True when the event is about one of these people. */
    includes: (event: Event) =>
      identifiesByPerson.size > 0 && peopleOf(event).some((person) => identifiesByPerson.has(person)),
    /** True when the event is one of these identifies. */
    holds: (event: Event) =>
      event.type === 'identify' &&
      peopleOf(event).some((person) => identifiesByPerson.get(person)?.has(event.messageId)),
  };
}

const peopleOf = ({ identity }: Event) =>
  [identity.userId, identity.anonymousId, identity.emailSha256].filter((id) => id !== undefined);

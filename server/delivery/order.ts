import type { ProtectedEvent } from '../../shared/protected-event.ts';

/** What matters of an event here. */
type Event = Pick<ProtectedEvent, 'type' | 'messageId' | 'identity'>;

/**
 * Who has an identify that is not settled yet. It is either on its way with a round, or it failed and waits for its next
 * try. The person's later events wait for it, so that the destination knows them first; nobody else waits.
 */
export interface Identifies {
  /**
   * Called with each round in the order they are taken, while those before may be on their way. `later` are the events
   * of people whom one of those is just making known, and what follows these; they go once those rounds have ended.
   */
  begin<One extends { delivery: { event: Event } }>(round: readonly One[]): { now: One[]; later: One[] };
  /** True while an identify of this person waits for its next try. An identify itself does not wait for it. */
  mustWait(event: Event): boolean;
  settled(event: Event): void;
  failed(event: Event): void;
  /** The round is over. What it left unsettled has failed. */
  end(round: readonly { delivery: { event: Event } }[]): void;
}

export function createIdentifies(): Identifies {
  const underWay = createPeople();
  const waiting = createPeople();

  function settled(event: Event): void {
    underWay.remove(event);
    waiting.remove(event);
  }
  function failed(event: Event): void {
    underWay.remove(event);
    waiting.add(event);
  }
  return {
    begin(round) {
      const behind = createPeople();
      const { now = [], later = [] } = Object.groupBy(round, ({ delivery: { event } }) => {
        if (!underWay.has(event) && !behind.has(event)) return 'now';
        behind.add(event);
        return 'later';
      });
      for (const { delivery } of round) underWay.add(delivery.event);
      return { now, later };
    },
    mustWait: (event) => event.type !== 'identify' && waiting.has(event),
    settled,
    failed,
    end(round) {
      for (const { delivery } of round) if (underWay.holds(delivery.event)) failed(delivery.event);
    },
  };
}

/** The people of some identifies. An identify makes known everybody it names. */
function createPeople() {
  const people = new Map<string, Set<string>>();
  return {
    add(event: Event) {
      if (event.type !== 'identify') return;
      for (const person of peopleOf(event)) {
        const identifies = people.get(person);
        if (identifies) identifies.add(event.messageId);
        else people.set(person, new Set([event.messageId]));
      }
    },
    remove(event: Event) {
      if (event.type !== 'identify') return;
      for (const person of peopleOf(event)) {
        const identifies = people.get(person);
        identifies?.delete(event.messageId);
        if (identifies?.size === 0) people.delete(person);
      }
    },
    has: (event: Event) => people.size > 0 && peopleOf(event).some((person) => people.has(person)),
    holds: (event: Event) =>
      event.type === 'identify' && peopleOf(event).some((person) => people.get(person)?.has(event.messageId)),
  };
}

const peopleOf = ({ identity }: Event) =>
  [identity.userId, identity.anonymousId, identity.emailSha256].filter((id) => id !== undefined);

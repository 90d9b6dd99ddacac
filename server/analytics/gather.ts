import type { Delivery } from '../store/event-log.ts';
import type { EventFacts } from './event.ts';
import type { Facts } from './facts.ts';
import { type FactRules, readFacts } from './read-facts.ts';
import type { Visitor } from './store.ts';

/** The facts and visitors of one round of events. */
export interface Gathered {
  facts: Facts;
  visitors: Visitor[];
}

export const gather = (found: readonly EventFacts[]): Gathered => ({
  facts: {
    links: found.flatMap(({ links = [] }) => links),
    touches: found.flatMap(({ touches = [] }) => touches),
    visits: found.flatMap(({ visits = [] }) => visits),
    actions: found.flatMap(({ actions = [] }) => actions),
    orderReports: found.flatMap(({ orderReports = [] }) => orderReports),
    messages: found.flatMap(({ messages = [] }) => messages),
  },
  visitors: found.flatMap(({ visitor }) => visitor ?? []),
});

/** The facts of one delivery; undefined for an event that cannot be read, which becomes a dead letter. */
export function readDelivery(delivery: Delivery, rules: FactRules): EventFacts | undefined {
  try {
    return readFacts(delivery.event, rules);
  } catch (error) {
    delivery.deadLetter('mapping-failed', (error as Error).message);
    return undefined;
  }
}

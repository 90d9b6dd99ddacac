import type { Delivery } from '../store/store.ts';
import type { EventFacts } from './event.ts';
import type { Facts } from './facts.ts';
import { type FactRules, readFacts } from './read-facts.ts';
import type { Visitor } from './store.ts';

/** All facts of one round of events. */
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
    merges: found.flatMap(({ merges = [] }) => merges),
    messages: found.flatMap(({ messages = [] }) => messages),
  },
  visitors: found.flatMap(({ visitor }) => visitor ?? []),
});

/** The facts of one delivery. One that cannot be read becomes a dead letter and has none. */
export function readDelivery(delivery: Delivery, rules: FactRules): EventFacts | undefined {
  try {
    return readFacts(delivery.event, rules);
  } catch (error) {
    delivery.deadLetter('mapping-failed', (error as Error).message);
    return undefined;
  }
}

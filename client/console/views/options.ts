import type { State } from '../../../shared/operator-api/index.ts';
import type { Shop } from '../context.ts';
import type { Field } from '../parts/filters.tsx';
import type { Words } from '../words/words.ts';

/** What has a title among the reasons, and is none of a delivery. */
const NO_REASONS = ['waiting', 'not-sent', 'open'];

type Options = readonly (readonly [value: string, text: string])[];

/** What the selects of a filter offer, in words. */
export function optionsOf(words: Words, shop: Shop) {
  const byTitle = Object.entries(words.reasons).toSorted(([, a], [, b]) => a.localeCompare(b));
  return {
    destinations: shop.destinations.map(({ name, title }) => [name, title] as const),
    outcomes: Object.entries(words.states) as [State, string][],
    reasons: byTitle.filter(([reason]) => !NO_REASONS.includes(reason)),
    sources: Object.entries(words.sources),
    orderStates: Object.entries(words.orderStates).filter(([state]) => state !== 'joined'),
    confirmed: Object.entries(words.orders.confirmedOptions),
  } satisfies Record<string, Options>;
}

/** The fields by which events and orders are filtered alike. */
export function outcomeFields(words: Words, options: ReturnType<typeof optionsOf>): Field[] {
  const { destination, outcome, reason, from, to } = words.common;
  return [
    { name: 'destination', label: destination, options: options.destinations },
    { name: 'outcome', label: outcome, options: options.outcomes },
    { name: 'reason', label: reason, options: options.reasons },
    { name: 'from', label: from, kind: 'time' },
    { name: 'to', label: to, kind: 'time' },
  ];
}

import { UNJOINED } from '../../../shared/evidence.ts';
import type { Reconciliation } from '../../../shared/operator-api/index.ts';
import type { Shop } from '../../config/config.ts';
import { titleOf } from '../../destinations/destination.ts';
import { sum } from '../../lib/decimal.ts';
import type { DayOfOrders, FoundOrder } from '../../store/search.ts';
import { isAccepted } from '../../store/search-events.ts';
import { withAdvice } from '../advice.ts';
import type { Place, Places } from '../places.ts';
import { toIso } from '../times.ts';

type AtDestination = Reconciliation['destinations'][number];
type Missing = AtDestination['missing'][number];

const MAX_ORDERS = 20;

/** The shop's own orders of one day against what each destination accepted. */
export function reconcile(
  places: Places,
  shop: Shop,
  { day, timeZone }: { day: string; timeZone: string },
  { fromMs, toMs, orders: all }: DayOfOrders,
): Reconciliation {
  const orders = all.filter(({ unjoined }) => unjoined === undefined);
  const paid = orders.filter(({ isPaid }) => isPaid);
  const byCurrency = Map.groupBy(paid, ({ currency = '' }) => currency);
  const amounts = [...byCurrency].map(([currency, some]) => [
    currency,
    sum(some.map(({ total = 0 }) => total)),
  ]);
  return {
    ...{ shop: shop.id, day, timeZone, from: toIso(fromMs), to: toIso(toMs) },
    orders: {
      total: orders.length,
      paid: paid.length,
      amounts: Object.fromEntries(amounts),
    },
    unjoined: Object.fromEntries(
      UNJOINED.map((status) => [status, all.filter(({ unjoined }) => unjoined === status).length]),
    ) as Reconciliation['unjoined'],
    destinations: places.all
      .filter((place) => place.shop.id === shop.id)
      .map((place) => reconcileAt(place, paid)),
  };
}

function reconcileAt({ consumer, destination }: Place, paid: readonly FoundOrder[]): AtDestination {
  const outcomes = paid.map(({ id, outcomes }) => {
    const { state = 'none', reason } = outcomes.find((outcome) => outcome.consumer === consumer) ?? {};
    return { id, state, ...(reason !== undefined && { reason }) };
  });
  const accepted = outcomes.filter(isAccepted).length;
  const groups = Map.groupBy(
    outcomes.filter((outcome) => !isAccepted(outcome)),
    ({ state, reason }) => `${state} ${reason ?? ''}`,
  );
  const missing = [...groups.values()].map((group) => toMissing(group)).toSorted((a, b) => b.count - a.count);
  const title = titleOf(destination);
  return {
    destination: destination.name,
    title,
    accepted,
    missing,
    words: wordsOf(title, accepted, paid.length, missing),
  };
}

function toMissing(group: readonly { id: string; state: Missing['state']; reason?: string }[]): Missing {
  const state = group[0]?.state ?? 'none';
  const reason = group[0]?.reason ?? (state === 'none' ? 'not-sent' : state);
  const orders = group.slice(0, MAX_ORDERS).map(({ id }) => id);
  return { reason, state, count: group.length, ...withAdvice(reason), orders };
}

const PHRASES: Readonly<Record<string, string>> = {
  consent: 'without consent',
  'consent-withdrawn': 'with consent withdrawn',
  rejected: 'refused',
  'not-sent': 'not sent',
  'invalid-payload': 'with an invalid payload',
  'integration-off': 'switched off by the message',
  unmapped: 'not mapped',
};

function wordsOf(title: string, accepted: number, paid: number, missing: readonly Missing[]): string {
  const parts = missing.map(({ count, reason, state }) => {
    const words = PHRASES[reason] ?? (state === 'retry' ? `waiting (${reason})` : reason);
    return `${count} ${words}`;
  });
  return `${title} ${accepted} of ${paid}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

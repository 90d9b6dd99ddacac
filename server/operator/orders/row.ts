import type { OrderRow, OrderState } from '../../../shared/operator-api/index.ts';
import type { FoundOrder } from '../../store/search.ts';
import { toOutcome } from '../events/row.ts';
import type { Places } from '../places.ts';
import { toIso } from '../times.ts';

type Standing = Pick<FoundOrder, 'unjoined' | 'isCancelled' | 'isRefunded' | 'isPaid'>;

export function stateOf({ unjoined, isCancelled, isRefunded, isPaid }: Standing): OrderState {
  if (unjoined) return unjoined;
  if (isCancelled) return 'cancelled';
  if (isRefunded) return 'refunded';
  return isPaid ? 'paid' : 'unpaid';
}

/** One order of a list. */
export function toOrderRow(places: Places, order: FoundOrder): OrderRow {
  const { shop, id, placedAtMs, total, currency, isPaid, sources, outcomes } = order;
  return {
    ...{
      shop,
      id,
      state: stateOf(order),
      at: toIso(placedAtMs),
      isPaid,
      sources,
    },
    ...(total !== undefined && { total }),
    ...(currency !== undefined && { currency }),
    outcomes: outcomes.map(({ stage, ...outcome }) => ({ ...toOutcome(places, outcome), stage })),
  };
}

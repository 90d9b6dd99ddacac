import { createCache } from '../../lib/cache.ts';
import type { OrderClaim } from '../../orders/claim.ts';
import type { Report } from '../../orders/precedence.ts';
import type { OpenStore } from './open-store.ts';
import type { Order } from './order.ts';

/** What the tables have of an order that one report made. */
export interface AloneOrder {
  order: Order;
  claimed: Pick<OrderClaim, 'names' | 'tokens'>;
  report: Omit<Report, 'event'>;
}

/**
 * Orders of which this process stored one report and knows nothing else: no second report, no name that another order
 * had, no evidence that joined. Most orders are composed while they are, and then nothing of them is read again.
 */
export interface AloneOrders {
  add(order: AloneOrder): void;
  get(id: number): AloneOrder | undefined;
  /** Something else is written of the order. */
  end(id: number): void;
}

/** Those beyond it are read from the tables, beginning with what was not used for longest. */
const MAX_KNOWN = 5_000;

export function createAloneOrders(store: Pick<OpenStore, 'joinTransactions'>): AloneOrders {
  const known = createCache<number, AloneOrder>(MAX_KNOWN);
  // What a failed transaction wrote is not there.
  store.joinTransactions({ begin() {}, rollback: () => known.clear(), forget: () => known.clear() });
  return {
    add: (alone) => void known.set(alone.order.id, alone),
    get: (id) => known.get(id),
    end: (id) => void known.delete(id),
  };
}

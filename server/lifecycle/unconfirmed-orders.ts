import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import { runPeriodically } from '../lib/periodic.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { Store } from '../store/store.ts';

export interface UnconfirmedOrdersParts {
  log: Pick<Store, 'openEvidence' | 'closeEvidence' | 'unconfirmedOrders'>;
  shops: readonly Pick<Shop, 'id' | 'ordersFrom' | 'orderConfirmMs'>[];
  clock: Clock;
  counters: Pick<Counters, 'count'>;
  logger: Logger;
}

const HOUR_MS = 3_600_000;
const CHUNK = 500;
/** No confirmed order for this long, while at least so many were reported by pages: something is wrong. */
const SILENT_MS = 6 * HOUR_MS;
const SILENT_ORDERS = 5;

/**
 * Every hour, for shops where a page's word makes no order: closes what pages reported and nobody confirmed in
 * `ORDER_CONFIRM_HOURS`, and logs an error when the shop system or the backend reports no orders while pages do.
 *
 * Evidence closes as `not-joined` when the store knows the order (from a webhook, the order poll or the backend), and as
 * `unconfirmed-order` when it does not.
 */
export function watchUnconfirmedOrders(parts: UnconfirmedOrdersParts): { stop: () => Promise<void> } {
  const { clock, logger } = parts;
  const shops = parts.shops.filter(({ ordersFrom }) => ordersFrom !== 'browser');
  const work = async (signal: AbortSignal) => {
    for (const shop of shops) {
      await closeEvidence(parts, shop, signal);
      await warnOfSilence(parts, shop);
    }
  };
  const onError = (error: unknown) =>
    logger.error(
      { error: String(error) },
      'unconfirmed orders could not be checked; trying again in an hour',
    );
  return { stop: runPeriodically(clock, HOUR_MS, work, onError) };
}

async function closeEvidence(
  { log, clock, counters }: UnconfirmedOrdersParts,
  { id: shop, orderConfirmMs }: UnconfirmedOrdersParts['shops'][number],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const open = await log.openEvidence(shop, clock.now() - orderConfirmMs, CHUNK);
    for (const outcome of ['not-joined', 'unconfirmed-order'] as const) {
      const ids = open.filter(({ isKnown }) => isKnown === (outcome === 'not-joined')).map(({ id }) => id);
      if (ids.length > 0)
        counters.count('evidence_closed', { shop, outcome }, await log.closeEvidence(ids, outcome));
    }
    if (open.length < CHUNK) return;
  }
}

async function warnOfSilence(
  { log, clock, logger }: UnconfirmedOrdersParts,
  { id: shop, ordersFrom }: UnconfirmedOrdersParts['shops'][number],
): Promise<void> {
  const { evidence, hasOrder } = await log.unconfirmedOrders(shop, clock.now() - SILENT_MS);
  if (hasOrder || evidence < SILENT_ORDERS) return;
  logger.error(
    { shop, variable: 'ORDERS_FROM', ordersFrom, orders: evidence },
    'pages report orders, but none was confirmed for 6 hours; check the webhooks (or the backend) that report orders',
  );
}

import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import { type Jobs, runJob } from '../store/jobs.ts';
import type { OpenEvidence, Store } from '../store/store.ts';

export interface UnconfirmedOrdersParts {
  log: Jobs & Pick<Store, 'openEvidence' | 'closeEvidence' | 'unconfirmedOrders'>;
  shops: readonly Pick<Shop, 'id' | 'ordersFrom' | 'orderConfirmMs'>[];
  /** Reads the shop's orders since a time, epoch ms, from its platform once more; absent: no shop has a platform. */
  readOrders: ((shop: string, sinceMs: number, signal: AbortSignal) => Promise<void>) | undefined;
  clock: Clock;
  counters: Pick<Counters, 'count'>;
  logger: Logger;
}

const HOUR_MS = 3_600_000;
const CHUNK = 500;
/** An order is at the platform before a page reports it; clocks differ. */
const LEAD_MS = HOUR_MS;
/** While the platform does not answer, evidence stays open for so much longer. */
const UNANSWERED_MS = 24 * HOUR_MS;
/** No confirmed order for this long, while at least so many were reported by pages: something is wrong. */
export const SILENT_MS = 6 * HOUR_MS;
const SILENT_ORDERS = 5;

/** @param found since `SILENT_MS` ago. */
export const isSilent = ({ evidence, hasOrder }: { evidence: number; hasOrder: boolean }) =>
  !hasOrder && evidence >= SILENT_ORDERS;

/**
 * Every hour, for shops where a page's word makes no order: closes what pages reported and nobody confirmed in
 * `ORDER_CONFIRM_HOURS`, and logs an error when the shop system or the backend reports no orders while pages do.
 *
 * Evidence closes as `not-joined` when the store knows the order (from a webhook, the order poll or the backend), and as
 * `unconfirmed-order` when it does not. Before that the platform's orders since then are read once more; a reading
 * serves all evidence that is an hour older, so that pages cannot cause one an hour.
 */
export function watchUnconfirmedOrders(parts: UnconfirmedOrdersParts): { stop: () => Promise<void> } {
  const { logger } = parts;
  const shops = parts.shops.filter(({ ordersFrom }) => ordersFrom !== 'browser');
  const readAtMs = new Map<string, number>();
  const work = async (signal: AbortSignal) => {
    for (const shop of shops) {
      await closeEvidence(parts, shop, readAtMs, signal);
      await warnOfSilence(parts, shop);
    }
  };
  const onError = (error: unknown) =>
    logger.error(
      { error: String(error) },
      'unconfirmed orders could not be checked; trying again in an hour',
    );
  return { stop: runJob(parts, 'unconfirmed-orders', HOUR_MS, work, onError) };
}

async function closeEvidence(
  parts: UnconfirmedOrdersParts,
  { id: shop, orderConfirmMs }: UnconfirmedOrdersParts['shops'][number],
  readAtMs: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const { log, clock, counters } = parts;
  const dueMs = clock.now() - orderConfirmMs;
  const read = (beforeMs: number) => log.openEvidence(shop, beforeMs, CHUNK);
  const isAnswered = await readOnceMore(parts, shop, await read(dueMs), readAtMs, signal);
  const beforeMs = isAnswered ? dueMs : dueMs - UNANSWERED_MS;
  for (let open = await read(beforeMs); open.length > 0 && !signal.aborted; open = await read(beforeMs)) {
    for (const outcome of ['not-joined', 'unconfirmed-order'] as const) {
      const ids = open.filter(({ isKnown }) => isKnown === (outcome === 'not-joined')).map(({ id }) => id);
      if (ids.length > 0)
        counters.count('evidence_closed', { shop, outcome }, await log.closeEvidence(ids, outcome));
    }
  }
}

/** @returns false when the platform's orders could not be read. */
async function readOnceMore(
  { readOrders, clock, logger }: UnconfirmedOrdersParts,
  shop: string,
  open: readonly OpenEvidence[],
  readAtMs: Map<string, number>,
  signal: AbortSignal,
): Promise<boolean> {
  const isRead = ({ receivedAtMs }: OpenEvidence) => receivedAtMs + LEAD_MS <= (readAtMs.get(shop) ?? 0);
  const oldest = open.find((one) => !one.isKnown && !isRead(one));
  if (!oldest || !readOrders) return true;
  const startedMs = clock.now();
  try {
    await readOrders(shop, oldest.receivedAtMs - LEAD_MS, signal);
    readAtMs.set(shop, startedMs);
    return true;
  } catch (error) {
    logger.warn(
      { shop, error: String(error) },
      'orders that only pages reported could not be looked up; trying again in an hour',
    );
    return false;
  }
}

async function warnOfSilence(
  { log, clock, logger }: UnconfirmedOrdersParts,
  { id: shop, ordersFrom }: UnconfirmedOrdersParts['shops'][number],
): Promise<void> {
  const found = await log.unconfirmedOrders(shop, clock.now() - SILENT_MS);
  if (!isSilent(found)) return;
  logger.error(
    { shop, variable: 'ORDERS_FROM', ordersFrom, orders: found.evidence },
    'pages report orders, but none was confirmed for 6 hours; check the webhooks (or the backend) that report orders',
  );
}

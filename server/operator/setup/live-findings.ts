import type { Finding } from '../../../shared/operator-api/index.ts';
import type { Shop } from '../../config/config.ts';
import { destinationsNow } from '../overview/now.ts';
import type { OverviewParts } from '../overview/parts.ts';
import { finding } from './finding.ts';

type LiveParts = Pick<OverviewParts, 'search' | 'log' | 'delivery' | 'clock' | 'config'>;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const LATE_MS = 15 * MINUTE_MS;
const WEEK_MS = 7 * DAY_MS;

/** What a running collector knows of itself. */
export async function liveFindings(parts: LiveParts): Promise<Finding[]> {
  const { config, log, delivery } = parts;
  const shops = await Promise.all(config.shops.map((shop) => receivedFindings(parts, shop)));
  const destinations = await destinationsNow(delivery.workers, log, undefined);
  return [...(await storeFindings(parts)), ...shops.flat(), ...destinations.flatMap(destinationFindings)];
}

async function storeFindings({ log }: LiveParts): Promise<Finding[]> {
  try {
    const { synchronous, gaps } = await log.check();
    const found: Finding[] = [];
    if (synchronous !== 'full' && synchronous !== 'extra')
      found.push(finding('store-not-durable', 'error', { synchronous }));
    const count = gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    if (gaps.length > 0) found.push(finding('events-lost', 'error', { count }));
    return found.length > 0 ? found : [finding('store', 'ok', {})];
  } catch (error) {
    return [finding('store-unavailable', 'error', { error: (error as Error).message })];
  }
}

async function receivedFindings(
  { search, log, clock }: LiveParts,
  { id, ordersFrom, origins }: Shop,
): Promise<Finding[]> {
  const about = { shop: id };
  const found: Finding[] = [];
  const { events } = await search.events({ shop: id, source: 'browser', limit: 1 });
  if (events.length === 0 && origins.size > 0)
    found.push(finding('nothing-from-pages', 'warning', {}, about));
  if (ordersFrom === 'browser') return found;
  const { evidence: reported, hasOrder } = await log.unconfirmedOrders(id, clock.now() - WEEK_MS);
  const isPlatform = ordersFrom === 'platform';
  const severity = reported > 0 ? 'error' : 'warning';
  if (hasOrder)
    found.push(finding(isPlatform ? 'orders-received' : 'backend-orders-received', 'ok', {}, about));
  else if (isPlatform) found.push(finding('orders-not-received', severity, { reported }, about));
  else found.push(finding('backend-orders-not-received', severity, { reported }, about));
  return found;
}

type Now = Awaited<ReturnType<typeof destinationsNow>>[number];

function destinationFindings(now: Now): Finding[] {
  const { shop, destination, breaker, waiting, oldestAgeMs, deadLetters: count } = now;
  const about = { shop, destination };
  const found: Finding[] = [];
  if (breaker === 'paused') found.push(finding('token-refused', 'error', { waiting }, about));
  else if (breaker === 'open') found.push(finding('destination-failing', 'warning', { waiting }, about));
  else if (oldestAgeMs > LATE_MS) {
    const minutes = Math.round(oldestAgeMs / MINUTE_MS);
    found.push(finding('delivery-late', 'warning', { waiting, minutes }, about));
  }
  if (count > 0) found.push(finding('dead-letters', 'warning', { count }, about));
  return found.length > 0 ? found : [finding('destination', 'ok', {}, about)];
}

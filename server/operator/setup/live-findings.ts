import type { Finding } from '../../../shared/operator-api/index.ts';
import type { Shop } from '../../config/config.ts';
import { destinationsNow } from '../overview/now.ts';
import type { OverviewParts } from '../overview/parts.ts';

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
      found.push({
        id: 'store-not-durable',
        severity: 'error',
        words: `The store syncs ${synchronous}: accepted events may be lost in a power cut.`,
        todo: 'Restart the collector; report it if it stays.',
      });
    if (gaps.length > 0)
      found.push({
        id: 'events-lost',
        severity: 'error',
        words: `${gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0)} stored events were lost with a damaged file.`,
        todo: 'Check the disk. GET /admin/status lists when they were received.',
      });
    return found.length > 0
      ? found
      : [{ id: 'store', severity: 'ok', words: 'The store can be written to.' }];
  } catch (error) {
    return [
      {
        id: 'store-unavailable',
        severity: 'error',
        words: `The store cannot be written to: ${(error as Error).message}`,
        todo: 'Free space on the disk of DATA_DIR. Events are refused with 503 until then, and sent again by the tag.',
      },
    ];
  }
}

async function receivedFindings(
  { search, log, clock }: LiveParts,
  { id, ordersFrom, origins }: Shop,
): Promise<Finding[]> {
  const found: Finding[] = [];
  const { events } = await search.events({ shop: id, source: 'browser', limit: 1 });
  if (events.length === 0 && origins.size > 0)
    found.push({
      id: 'nothing-from-pages',
      ...{ severity: 'warning', shop: id },
      words: 'No event of a page has been received.',
      todo: 'Paste the tag into the shop’s pages, open one and accept the consent banner. ?sb_debug=1 shows what is sent.',
    });
  if (ordersFrom === 'browser') return found;
  const { evidence, hasOrder } = await log.unconfirmedOrders(id, clock.now() - WEEK_MS);
  const who = ordersFrom === 'platform' ? 'the shop system' : 'the backend';
  if (hasOrder)
    found.push({
      id: 'orders-received',
      ...{ severity: 'ok', shop: id },
      words: `Orders arrive from ${who}.`,
    });
  else
    found.push({
      id: 'orders-not-received',
      ...{ severity: evidence > 0 ? 'error' : 'warning', shop: id },
      words: `No order came from ${who} in seven days${evidence > 0 ? `, while pages reported ${evidence}` : ''}. ORDERS_FROM is ${ordersFrom}.`,
      todo:
        ordersFrom === 'platform'
          ? 'Check that the order webhooks are subscribed to /v1/webhooks/shopline and that SHOPLINE_APP_SECRET is the app’s.'
          : 'Check that the backend sends Order Completed with a SERVER_KEY.',
    });
  return found;
}

type Now = Awaited<ReturnType<typeof destinationsNow>>[number];

function destinationFindings({
  shop,
  destination,
  title,
  breaker,
  waiting,
  oldestAgeMs,
  deadLetters,
}: Now): Finding[] {
  const about = { shop, destination };
  const found: Finding[] = [];
  if (breaker === 'paused')
    found.push({
      id: 'token-refused',
      ...{ severity: 'error', ...about },
      words: `${title} refused the access token; ${waiting} events wait.`,
      todo: 'Make a new token, set it, restart. Everything that waits is sent then.',
    });
  else if (breaker === 'open')
    found.push({
      id: 'destination-failing',
      ...{ severity: 'warning', ...about },
      words: `${title} fails; ${waiting} events wait and are sent once it recovers.`,
      todo: 'Look at its status page, and at the words of the latest attempts.',
    });
  else if (oldestAgeMs > LATE_MS)
    found.push({
      id: 'delivery-late',
      ...{ severity: 'warning', ...about },
      words: `${waiting} events wait for ${title}, the oldest for ${Math.round(oldestAgeMs / MINUTE_MS)} minutes.`,
      todo: 'Look at the latest attempts of an event that waits.',
    });
  if (deadLetters > 0)
    found.push({
      id: 'dead-letters',
      ...{ severity: 'warning', ...about },
      words: `${title} has ${deadLetters} dead letters.`,
      todo: 'Look at them under Problems, put the cause right and send them again, or discard them.',
    });
  if (found.length === 0)
    found.push({ id: 'destination', ...{ severity: 'ok', ...about }, words: `${title} takes events.` });
  return found;
}

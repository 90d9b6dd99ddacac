import { hash } from 'node:crypto';
import { readClaim } from '../../../server/orders/claim.ts';
import { openLog } from '../../../server/store/open.ts';
import type { Entry } from '../../../server/store/store.ts';
import type { JsonObject, ProtectedEvent } from '../../../shared/protected-event.ts';
import { median } from './figures.ts';
import { serveParent } from './launch.ts';
import { CLEAR_EMAIL, messageIdOf, orderCompleted, productViewed } from './order.ts';

/** Fills a log without the way in: what a destination that was away for a day leaves behind. */
export interface Prefill {
  dataDir: string;
  /** A destination's name. */
  destination: string;
  /** Event n gets the messageId `messageIdOf(PREFILLED, n)`. */
  events: number;
  /** One of so many is an order, the others are product views; default: every one. */
  ordersIn?: number;
}
export interface Prefilled {
  seconds: number;
  /** Median time of taking a batch from a log of a thousand, and from the whole log. */
  smallTakeMs: number;
  fullTakeMs: number;
}

export const PREFILLED = 'waiting';
const SMALL = 1000;
const CHUNK = 1000;
const DAY_MS = 86_400_000;
/** Lets the system write down what filling left in its memory. */
const QUIET_MS = 3000;
const LEASES = 20;
/** The first ones only warm up. */
const COLD_TAKES = 4;

async function prefill({ dataDir, destination, events, ordersIn = 1 }: Prefill): Promise<Prefilled> {
  const startedMs = performance.now();
  const consumer = `${destination}@shop`;
  const log = await openLog({
    dataDir,
    consumers: [{ name: consumer, shop: 'shop', decryptsPii: false, audience: 'destinations' }],
    retentionMs: 30 * DAY_MS,
  });
  const accept = async (from: number, to: number) => {
    for (let first = from; first < to; first += CHUNK)
      await log.accept(
        Array.from({ length: Math.min(CHUNK, to - first) }, (_, index) =>
          entry(first + index, (first + index) % ordersIn === 0),
        ),
      );
  };
  const timeTakes = async () => {
    const times: number[] = [];
    for (let count = 0; count < LEASES; count++) {
      const beforeMs = performance.now();
      await log.lease(consumer, SMALL / LEASES);
      times.push(performance.now() - beforeMs);
    }
    return median(times.slice(COLD_TAKES));
  };
  await accept(0, Math.min(SMALL, events));
  const smallTakeMs = await timeTakes();
  await accept(SMALL, events);
  const seconds = (performance.now() - startedMs) / 1000;
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  const fullTakeMs = await timeTakes();
  await log.close();
  return { seconds, smallTakeMs, fullTakeMs };
}

/** The event as the collector would have stored it. */
function entry(number: number, isOrder: boolean): Entry {
  const event = stored(number, isOrder);
  const claim = readClaim(event);
  return { event, ...(claim && { claim }) };
}

function stored(number: number, isOrder: boolean): ProtectedEvent {
  const now = new Date().toISOString();
  const { context, properties, messageId, anonymousId, userId } = (isOrder ? orderCompleted : productViewed)(
    messageIdOf(PREFILLED, number),
    now,
  );
  const { page, userAgent, ip } = context;
  return {
    shop: 'shop',
    messageId,
    source: 'browser',
    type: 'track',
    event: isOrder ? 'Order Completed' : 'Product Viewed',
    timestamp: now,
    receivedAt: now,
    identity: {
      anonymousId,
      userId,
      emailSha256: hash('sha256', CLEAR_EMAIL),
      phoneSha256: hash('sha256', '+886912345678'),
    },
    consent: { advertising: true, analytics: true, marketing: true },
    context: { page, userAgent, ip, tiktok: { ttclid: 'E.C.P.bench' } },
    properties: properties as JsonObject,
    traits: {},
  };
}

if (import.meta.main) {
  serveParent(prefill);
  process.send?.({ ready: true });
}

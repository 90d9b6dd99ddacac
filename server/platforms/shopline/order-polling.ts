import { z } from 'zod';
import type { AnalyticsStore } from '../../analytics/store.ts';
import type { Shop } from '../../config/config.ts';
import { runPeriodically } from '../../lib/periodic.ts';
import type { Append } from '../../store/event-log.ts';
import { consentOf } from '../webhooks/consent.ts';
import { toEntry } from '../webhooks/entry.ts';
import type { WebhookParts } from '../webhooks/parts.ts';
import type { AdminApi } from './admin/api.ts';
import { changedOrders, FULFILLMENT, OrdersUnread, readPage } from './webhooks/order-pages.ts';
import { toldByOrder } from './webhooks/replay-order-reports.ts';

export interface BackstopParts
  extends Pick<WebhookParts, 'log' | 'state' | 'piiEncryption' | 'counters' | 'logger' | 'clock'> {
  shop: Shop;
  api: AdminApi;
  settings: Pick<AnalyticsStore, 'readSetting' | 'writeSetting'>;
  everyMs: number;
}

const MINUTE_MS = 60_000;
/** A first run looks back so far, and what happened before is never told. */
const FIRST_MS = 60 * MINUTE_MS;
/** Clocks differ, and an order may show up in the list a little late. */
const OVERLAP_MS = 10 * MINUTE_MS;
const MAX_PAGES = 100;

/** How far orders have been read. */
const Mark = z.object({
  /** Where the very first run began: what happened before was no business of ours. */
  from: z.iso.datetime(),
  /** When the last whole run began. */
  seen: z.iso.datetime(),
});
type Mark = z.infer<typeof Mark>;

/**
 * Webhooks may be lost, by their own documentation. Now and then this reads what changed since the last time, through
 * the same mapper; what a webhook told already is a duplicate in the log.
 */
export function startOrderPolling(parts: BackstopParts): { stop(): Promise<void> } {
  const { clock, everyMs } = parts;
  const { poll, onError } = createPolling(parts);
  return { stop: runPeriodically(clock, everyMs, poll, onError) };
}

/** `poll` reads what changed since the last complete run; a failed run is repeated by the next. */
function createPolling(parts: BackstopParts): {
  poll(signal: AbortSignal): Promise<void>;
  onError(error: unknown): void;
} {
  const { shop, api, settings, clock, logger } = parts;
  const name = `backstop:${shop.id}`;
  const began = new Date(clock.now() - FIRST_MS).toISOString();
  /** So much at a time, after a time was found to hold more than one run may read. */
  let spanMs: number | undefined;
  let isRefused = false;

  /** Answers whether it saw everything. */
  async function readAll(
    mark: Mark,
    fromMs: number,
    untilMs: number | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    let pages = 0;
    let stored = 0;
    for (const status of FULFILLMENT) {
      let query: Readonly<Record<string, string>> | undefined = changedOrders(status, fromMs, untilMs);
      while (query) {
        if (signal.aborted || pages === MAX_PAGES) return false;
        const page = await readPage(api, query);
        pages++;
        stored += (await parts.log.append(await toEntries(parts, page.orders, mark))).stored;
        query = page.next;
      }
    }
    if (stored > 0) logger.info({ shop: shop.id, events: stored }, 'found in orders, not told by webhooks');
    return true;
  }

  async function poll(signal: AbortSignal): Promise<void> {
    const nowMs = clock.now();
    const known = readMark(await settings.readSetting(name));
    const mark = known ?? { from: began, seen: began };
    const fromMs = Date.parse(mark.seen) - (known ? OVERLAP_MS : 0);
    const untilMs = spanMs !== undefined && fromMs + spanMs < nowMs ? fromMs + spanMs : undefined;
    const isWhole = await readAll(mark, fromMs, untilMs, signal);
    isRefused = false;
    if (signal.aborted) return;
    if (isWhole) {
      const seen = new Date(untilMs ?? nowMs).toISOString();
      await settings.writeSetting(name, JSON.stringify({ ...mark, seen }));
      if (untilMs === undefined) spanMs = undefined;
    } else {
      spanMs = Math.max(((untilMs ?? nowMs) - fromMs) / 2, 2 * OVERLAP_MS);
      logger.warn({ shop: shop.id, pages: MAX_PAGES }, 'more orders changed than one run reads; going on');
    }
  }

  return {
    poll,
    onError(error) {
      const status = error instanceof OrdersUnread ? error.status : undefined;
      const wasRefused = isRefused;
      isRefused = status === 401 || status === 403;
      const facts = { shop: shop.id, ...(status && { status }), error: String(error) };
      if (!isRefused) logger.warn(facts, 'orders could not be read; will try again');
      else if (!wasRefused)
        logger.warn(
          facts,
          'SHOPLINE_ACCESS_TOKEN may not read orders (read_orders): lost webhooks stay lost',
        );
    },
  };
}

/** What an order tells of a time before we began would be news to nobody. */
async function toEntries(parts: BackstopParts, orders: readonly unknown[], mark: Mark): Promise<Append[]> {
  const { shop, state, clock } = parts;
  const fromMs = Date.parse(mark.from);
  const told = orders
    .flatMap(toldByOrder)
    .filter(({ message }) => !message.timestamp || Date.parse(message.timestamp) >= fromMs);
  const entries: Append[] = [];
  for (const mapped of told) {
    const consent = await consentOf(mapped.message, shop, state);
    entries.push(toEntry(parts, mapped, shop, consent, clock.now()));
  }
  return entries;
}

function readMark(text: string | undefined): Mark | undefined {
  try {
    return Mark.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

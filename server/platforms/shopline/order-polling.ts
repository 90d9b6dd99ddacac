import { z } from 'zod';
import { readJson } from '../../../shared/json.ts';
import type { AnalyticsStore } from '../../analytics/store.ts';
import type { Shop } from '../../config/config.ts';
import { type Jobs, runJob } from '../../store/jobs.ts';
import type { Entry } from '../../store/store.ts';
import { countStored, type WebhookParts } from '../platform.ts';
import { defaultConsent } from '../webhooks/consent.ts';
import { toEntry } from '../webhooks/entry.ts';
import type { AdminApi } from './admin/api.ts';
import { createReadSoon } from './read-soon.ts';
import { changedOrders, FULFILLMENT, OrdersUnread, readPage } from './webhooks/order-pages.ts';
import { replayOrderReports } from './webhooks/replay-order-reports.ts';

export interface OrderPollingParts
  extends Pick<WebhookParts, 'log' | 'piiEncryption' | 'counters' | 'logger' | 'clock'> {
  shop: Shop;
  api: AdminApi;
  settings: Pick<AnalyticsStore, 'readSetting' | 'writeSetting'>;
  /** Between the end of a run and the next. */
  intervalMs: number;
  log: WebhookParts['log'] & Jobs;
}

const MINUTE_MS = 60_000;
/** The first run looks back this far; earlier events are never reported. */
const FIRST_SPAN_MS = 60 * MINUTE_MS;
/** Clocks differ, and a changed order may appear in the list with a delay. */
const OVERLAP_MS = 10 * MINUTE_MS;
const MAX_PAGES = 100;

/** How far orders have been read. Its keys are stored. */
const Progress = z.object({
  /** Start of the span of the very first run; events before it are ignored. */
  from: z.iso.datetime(),
  /** Start of the last complete run. */
  seen: z.iso.datetime(),
});
type Progress = z.infer<typeof Progress>;

export interface OrderPolling {
  /** One more reading of the orders that changed since this time, epoch ms. @throws when not all of them were read. */
  readSince(fromMs: number, signal: AbortSignal): Promise<void>;
  /** The same without waiting, of what changed about this time or later. If it fails, the next run reads it. */
  readSoon(aboutMs: number, onRead: () => Promise<unknown>): void;
  stop(): Promise<void>;
}

/**
 * Reads changed orders from the Admin API periodically, because webhooks may be lost, and appends what they report
 * through the webhooks' mapper. What a webhook reported already adds no stage to its order.
 */
export function startOrderPolling(parts: OrderPollingParts): OrderPolling {
  const { clock, intervalMs } = parts;
  const { poll, readSince, onError } = createPolling(parts);
  const stopRuns = runJob(parts, `order-polling:${parts.shop.id}`, intervalMs, poll, onError);
  const soon = createReadSoon(readSince, clock, (error) => {
    onError(error);
    return error instanceof OrdersUnread && isFinal(error.status);
  });
  return {
    readSince,
    readSoon: (aboutMs, onRead) => soon.ask(aboutMs - OVERLAP_MS, onRead),
    async stop() {
      await Promise.all([stopRuns(), soon.stop()]);
    },
  };
}

/** The same request would be answered in the same way. */
const isFinal = (status: number) => status < 500 && status !== 429;

/** `poll` reads what changed since the last complete run; a failed run is repeated by the next. */
function createPolling(parts: OrderPollingParts): {
  poll(signal: AbortSignal): Promise<void>;
  readSince: OrderPolling['readSince'];
  onError(error: unknown): void;
} {
  const { shop, api, settings, clock, logger } = parts;
  const name = `order-polling:${shop.id}`;
  const firstFrom = new Date(clock.now() - FIRST_SPAN_MS).toISOString();
  const first: Progress = { from: firstFrom, seen: firstFrom };
  /** Length of a run's span after a span was found to contain more than one run may read. */
  let spanMs: number | undefined;
  let isRefused = false;

  /** Data directories of version 0.1 hold the progress under `backstop:<shop>`. */
  const readProgress = async () =>
    parseProgress((await settings.readSetting(name)) ?? (await settings.readSetting(`backstop:${shop.id}`)));

  /** @returns false when the run ended before all pages were read. */
  async function readAll(
    progress: Progress,
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
        stored += countStored(await parts.log.accept(toEntries(parts, page.orders, progress))).stored;
        query = page.next;
      }
    }
    if (stored > 0)
      logger.info({ shop: shop.id, events: stored }, 'recovered order events missed by webhooks');
    return true;
  }

  async function poll(signal: AbortSignal): Promise<void> {
    const nowMs = clock.now();
    const known = await readProgress();
    const progress = known ?? first;
    const fromMs = Date.parse(progress.seen) - (known ? OVERLAP_MS : 0);
    const untilMs = spanMs !== undefined && fromMs + spanMs < nowMs ? fromMs + spanMs : undefined;
    const isComplete = await readAll(progress, fromMs, untilMs, signal);
    isRefused = false;
    if (signal.aborted) return;
    if (isComplete) {
      const seen = new Date(untilMs ?? nowMs).toISOString();
      await settings.writeSetting(name, JSON.stringify({ ...progress, seen }));
      if (untilMs === undefined) spanMs = undefined;
    } else {
      spanMs = Math.max(((untilMs ?? nowMs) - fromMs) / 2, 2 * OVERLAP_MS);
      logger.warn(
        { shop: shop.id, pages: MAX_PAGES },
        'more orders changed than one run may read; continuing',
      );
    }
  }

  return {
    poll,
    async readSince(fromMs, signal) {
      const progress = (await readProgress()) ?? first;
      if (!(await readAll(progress, fromMs, undefined, signal))) throw new Error('not all orders were read');
    },
    onError(error) {
      const status = error instanceof OrdersUnread ? error.status : undefined;
      const wasRefused = isRefused;
      isRefused = status === 401 || status === 403;
      const facts = { shop: shop.id, ...(status && { status }), error: String(error) };
      if (!isRefused) logger.warn(facts, 'orders could not be read; trying again later');
      else if (!wasRefused)
        logger.warn(
          facts,
          'SHOPLINE_ACCESS_TOKEN may not read orders (scope read_orders); events missed by webhooks are not recovered',
        );
    },
  };
}

/** Events from before the first run's span are left out. */
function toEntries(parts: OrderPollingParts, orders: readonly unknown[], { from }: Progress): Entry[] {
  const { shop, clock } = parts;
  const fromMs = Date.parse(from);
  return orders
    .flatMap((order) => replayOrderReports(order, shop.currency))
    .filter(({ message }) => !message.timestamp || Date.parse(message.timestamp) >= fromMs)
    .map((report) => toEntry(parts, report, shop, defaultConsent(shop), clock.now()));
}

const parseProgress = (text: string | undefined): Progress | undefined =>
  Progress.safeParse(readJson(text ?? '')).data;

import type { Shop } from '../../config/config.ts';
import type { Worker } from '../../delivery/worker.ts';
import { isSilent, SILENT_MS } from '../../lifecycle/unconfirmed-orders.ts';
import type { ClockOffsets } from '../../observe/clock-offsets.ts';
import type { TokenExpiry } from '../../platforms/platform.ts';
import type { Search, SearchSeries } from '../../store/search.ts';
import type { Store } from '../../store/store.ts';
import { readCounted, readProvisional } from './counted-hours.ts';
import type { DestinationState, OrderState, ShopFigures, State } from './figures.ts';
import { HOUR_MS, type Hours } from './hours.ts';
import type { MatchDay } from './match-fall.ts';

export interface GatherParts {
  shops: readonly Pick<Shop, 'id' | 'ordersFrom'>[];
  workers: readonly (Pick<Worker, 'consumer' | 'shop' | 'state'> & {
    destination: { name: string };
  })[];
  log: Pick<Store, 'depth' | 'unconfirmedOrders' | 'counts'>;
  tokens: () => readonly TokenExpiry[];
  clockOffsets: Pick<ClockOffsets, 'read'>;
  /** Undefined where it cannot be read. */
  readDisk: () => Promise<State['disk']>;
}

/** Where the hours are read from. */
export type Figured = Pick<Search, 'series' | 'matchQuality'>;

/** Long enough for a baseline, a window, and an incident between them. */
const SERIES_HOURS = 20 * 24;
const MATCH_DAYS = 20;
const DAY_MS = 24 * HOUR_MS;

/** Reads what the rules look at. */
export function createGather(parts: GatherParts) {
  const pausedSinceMs = new Map<string, number>();

  async function ofWorker(
    { consumer, shop, state, destination }: GatherParts['workers'][number],
    nowMs: number,
  ): Promise<DestinationState> {
    const { breaker, delivered, dead, deadSinceAccepted } = await state();
    if (breaker !== 'paused') pausedSinceMs.delete(consumer);
    else if (!pausedSinceMs.has(consumer)) pausedSinceMs.set(consumer, nowMs);
    const since = pausedSinceMs.get(consumer);
    const { waiting, oldestAgeMs } = await parts.log.depth(consumer);
    const paused = since === undefined ? {} : { pausedSinceMs: since };
    const place = { shop, destination: destination.name };
    const settled = { delivered, dead };
    return { ...place, waiting, oldestAgeMs, settled, deadSinceAccepted, ...paused };
  }

  async function ofOrders(
    { id: shop, ordersFrom }: GatherParts['shops'][number],
    nowMs: number,
    provisional: number,
  ): Promise<OrderState[]> {
    if (ordersFrom === 'browser') return [];
    const found = await parts.log.unconfirmedOrders(shop, nowMs - SILENT_MS);
    return [{ shop, ordersFrom, isSilent: isSilent(found), provisional }];
  }

  async function ofShop(
    search: Figured,
    shop: string,
    toHour: number,
    counted: Awaited<ReturnType<typeof readCounted>>,
  ): Promise<ShopFigures> {
    const toMs = toHour * HOUR_MS;
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    const [series, match] = await Promise.all([
      search.series({ shop, fromMs: toMs - SERIES_HOURS * HOUR_MS, toMs, stepMs: HOUR_MS }),
      search.matchQuality({ shop, fromDay: day(toMs - MATCH_DAYS * DAY_MS), toDay: day(toMs - 1) }),
    ]);
    const toHours = (counts: readonly number[]): Hours => ({ fromHour: series.fromMs / HOUR_MS, counts });
    const none = toHours([]);
    const workers = parts.workers.filter((worker) => worker.shop === shop);
    const destinations = workers.map(async ({ consumer, destination, state }) => {
      const found = deliveriesOf(series, consumer);
      const rows = match.filter((row) => row.consumer === consumer);
      return {
        destination: destination.name,
        delivered: found ? toHours(found.delivered) : none,
        dead: found ? toHours(found.dead) : none,
        match: rows.map((row): MatchDay => ({ ...row, day: Date.parse(row.day) / DAY_MS })),
        isPaused: (await state()).breaker === 'paused',
      };
    });
    return {
      shop,
      names: Object.fromEntries(series.events.map(({ name, points }) => [name, toHours(points)])),
      destinations: await Promise.all(destinations),
      accepted: counted(shop, 'accepted'),
      rejected: counted(shop, 'rejected'),
      coerced: counted(shop, 'coerced'),
      unconfirmed: counted(shop, 'unconfirmed'),
    };
  }

  return {
    async state(nowMs: number): Promise<State> {
      const disk = await parts.readDisk();
      const provisional = await readProvisional(parts.log, nowMs);
      const [destinations, orders] = await Promise.all([
        Promise.all(parts.workers.map((worker) => ofWorker(worker, nowMs))),
        Promise.all(parts.shops.map((shop) => ofOrders(shop, nowMs, provisional.get(shop.id) ?? 0))),
      ]);
      const clock = parts.clockOffsets.read(nowMs);
      return {
        nowMs,
        destinations,
        tokens: parts.tokens(),
        orders: orders.flat(),
        clock,
        ...(disk && { disk }),
      };
    },

    /** Of each shop. @param toHour the first hour that is not over. */
    async figures(search: Figured, toHour: number): Promise<ShopFigures[]> {
      const counted = await readCounted(parts.log, toHour);
      const figures: ShopFigures[] = [];
      for (const { id } of parts.shops) figures.push(await ofShop(search, id, toHour, counted));
      return figures;
    },
  };
}

const deliveriesOf = ({ deliveries }: SearchSeries, consumer: string) =>
  deliveries.find((found) => found.consumer === consumer);

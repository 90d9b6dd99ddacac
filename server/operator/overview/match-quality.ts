import type { QualityKey } from '../../../shared/advice/advice.ts';
import { ENGLISH } from '../../../shared/advice/english.ts';
import { type MatchGap, type MatchQuality, MatchQuery } from '../../../shared/operator-api/index.ts';
import type { Destination } from '../../destinations/destination.ts';
import type { MatchRow } from '../../store/search.ts';
import { parse } from '../parse.ts';
import { toIso } from '../times.ts';
import type { OverviewParts } from './parts.ts';

const DAY_MS = 86_400_000;
/** Orders of which the reports are looked at. */
const MAX_ORDERS = 2_000;

type Row = MatchQuality['rows'][number];

/** By what destinations could match the people of delivered events, over the last days. @throws {HttpError} 400, 404 */
export async function describeMatchQuality(parts: OverviewParts, query: unknown): Promise<MatchQuality> {
  const { places, search, clock } = parts;
  const asked = parse(MatchQuery, query);
  const nowMs = clock.now();
  const days = Array.from({ length: asked.days }, (_, index) =>
    toIso(nowMs - (asked.days - 1 - index) * DAY_MS).slice(0, 10),
  );
  const range = { fromDay: days[0] ?? '', toDay: days.at(-1) ?? '' };
  const rows: Row[] = [];
  const duplicates: MatchQuality['duplicates'] = [];
  for (const { id: shop } of places.shopsOf(asked.shop)) {
    const found = await search.matchQuality({ shop, ...range });
    const byEvent = Map.groupBy(found, ({ consumer, name }) => `${consumer} ${name}`);
    for (const some of byEvent.values()) rows.push(...toRow(parts, shop, days, some));
    duplicates.push(await duplicatesOf(parts, shop, nowMs - asked.days * DAY_MS));
  }
  rows.sort((a, b) => weightOf(b.event) * b.count - weightOf(a.event) * a.count);
  return { days, rows, gaps: gapsIn(rows), duplicates };
}

/** Those that a destination's own examples carry: what else it never does is no gap. */
function keysOf({ matchKeys, valueKeys, examples }: Destination): string[] {
  const payloads = examples.flatMap(({ expected }) => (Array.isArray(expected) ? expected : []));
  const keys = payloads.flatMap((payload) => [
    ...(matchKeys?.(payload) ?? []),
    ...(valueKeys?.(payload) ?? []),
  ]);
  return [...new Set<string>(keys)];
}

function toRow(
  { places }: OverviewParts,
  shop: string,
  days: readonly string[],
  some: readonly MatchRow[],
): Row[] {
  const [first] = some;
  const place = first && places.of(first.consumer);
  if (!first || !place) return [];
  const count = some.reduce((sum, row) => sum + row.count, 0);
  const known = new Set([...keysOf(place.destination), ...some.flatMap(({ keys }) => Object.keys(keys))]);
  const keys = [...known].map((key) => {
    const having = some.reduce((sum, row) => sum + (row.keys[key] ?? 0), 0);
    const byDay = days.map((day) => {
      const row = some.find((one) => one.day === day);
      return row && row.count > 0 ? (row.keys[key] ?? 0) / row.count : null;
    });
    return { key, share: count > 0 ? having / count : 0, byDay };
  });
  const { destination } = place;
  return [
    {
      shop,
      destination: destination.name,
      title: places.titleOf(first.consumer),
      event: first.name,
      count,
      keys,
    },
  ];
}

/** What an event is worth to an ad platform against a view. */
function weightOf(event: string): number {
  if (event.startsWith('Order ')) return 50;
  if (event.startsWith('Checkout ') || event.startsWith('Payment ')) return 10;
  return event === 'Product Added' ? 4 : 1;
}

/** Identifiers that hardly any event can lack. */
const ENOUGH = 0.95;
const HAS_VALUE = /^(Order |Checkout |Payment |Product (Added|Removed|Viewed)|Cart )/;
const VALUES = new Set(['value', 'currency', 'content_id']);

function gapsIn(rows: readonly Row[]): MatchGap[] {
  const gaps = rows.flatMap(({ shop, destination, event, count, keys }) =>
    keys
      .filter(({ key, share }) => share < ENOUGH && (!VALUES.has(key) || HAS_VALUE.test(event)))
      .map(({ key, share }) => ({
        ...{ shop, destination, event, key, share },
        without: Math.round(count * (1 - share)),
        advice: ENGLISH.quality[key as QualityKey] ?? '',
      })),
  );
  const worth = ({ event, without }: MatchGap) => weightOf(event) * without;
  return gaps.toSorted((a, b) => worth(b) - worth(a));
}

/** Orders that a page reported beside the shop system or the backend: joined ones count once at an ad platform. */
async function duplicatesOf(
  { search, log, config }: OverviewParts,
  shop: string,
  fromMs: number,
): Promise<MatchQuality['duplicates'][number]> {
  const { orders, joined } = await search.joinedOrders({ shop, fromMs, most: MAX_ORDERS });
  const isByBrowsers = config.shops.find(({ id }) => id === shop)?.ordersFrom === 'browser';
  const { evidence } = await log.unconfirmedOrders(shop, fromMs);
  return { shop, orders, joined, apart: isByBrowsers ? 0 : evidence };
}

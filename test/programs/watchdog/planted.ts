import type { AlertRule } from '../../../shared/alert-rules.ts';

/** Something that goes wrong for a while; every alarm of the month is one of these. Hours since the month began. */
export interface Planted {
  rule: AlertRule;
  shop?: string;
  destination?: string;
  fromHour: number;
  hours: number;
  /** What is left of what drops, or the share that goes wrong. */
  level: number;
  /** Nothing arrives at all, whatever it is. */
  isOutage?: true;
  /** It must be found, and after it is over end, within so many hours. */
  foundWithin: number;
  endsWithin: number;
}

const DAY = 24;

/** The same order as `ALERT_RULES`. */
export const PLANTED: readonly Planted[] = [
  // A checkout that fails in the evening, one that mostly fails, an outage of everything, and a small shop's broken tag.
  {
    rule: 'purchases-drop',
    shop: 'large',
    fromHour: 2 * DAY + 10,
    hours: 9,
    level: 0,
    foundWithin: 4,
    endsWithin: 13,
  },
  {
    rule: 'purchases-drop',
    shop: 'large',
    fromHour: 16 * DAY + 3,
    hours: 14,
    level: 0.15,
    foundWithin: 6,
    endsWithin: 13,
  },
  {
    rule: 'purchases-drop',
    shop: 'medium',
    fromHour: 12 * DAY + 15,
    hours: 40,
    level: 0.05,
    foundWithin: 26,
    endsWithin: 30,
  },
  {
    rule: 'purchases-drop',
    shop: 'large',
    fromHour: 29 * DAY + 2,
    hours: 8,
    level: 0,
    isOutage: true,
    foundWithin: 5,
    endsWithin: 13,
  },
  {
    rule: 'purchases-drop',
    shop: 'small',
    fromHour: 13 * DAY,
    hours: 7 * DAY,
    level: 0,
    foundWithin: 6 * DAY,
    endsWithin: 6 * DAY,
  },
  {
    rule: 'deliveries-drop',
    shop: 'large',
    destination: 'tiktok',
    fromHour: 7 * DAY + 4,
    hours: 12,
    level: 0.2,
    foundWithin: 4,
    endsWithin: 8,
  },
  {
    rule: 'deliveries-drop',
    shop: 'small',
    destination: 'customerio',
    fromHour: 5 * DAY + 8,
    hours: 50,
    level: 0,
    foundWithin: 14,
    endsWithin: 26,
  },
  {
    rule: 'rejections-rise',
    shop: 'medium',
    fromHour: 3 * DAY + 16,
    hours: 20,
    level: 0.06,
    foundWithin: 4,
    endsWithin: 12,
  },
  {
    rule: 'coercions-rise',
    shop: 'large',
    fromHour: 11 * DAY + 2,
    hours: 60,
    level: 0.05,
    foundWithin: 3,
    endsWithin: 8,
  },
  {
    rule: 'dead-letters-rise',
    shop: 'large',
    destination: 'customerio',
    fromHour: 14 * DAY + 5,
    hours: 8,
    level: 0.1,
    foundWithin: 3,
    endsWithin: 8,
  },
  {
    rule: 'deliveries-refused',
    shop: 'small',
    destination: 'tiktok',
    fromHour: 24 * DAY + 9,
    hours: 36,
    level: 0.9,
    foundWithin: 14,
    endsWithin: 14,
  },
  {
    rule: 'unconfirmed-orders-rise',
    shop: 'large',
    fromHour: 21 * DAY,
    hours: 48,
    level: 0.3,
    foundWithin: 24,
    endsWithin: 40,
  },
  {
    rule: 'match-keys-fall',
    shop: 'large',
    destination: 'tiktok',
    fromHour: 23 * DAY + 9,
    hours: 70,
    level: 0.3,
    foundWithin: 30,
    endsWithin: 40,
  },
  {
    rule: 'match-keys-fall',
    shop: 'medium',
    destination: 'customerio',
    fromHour: 18 * DAY,
    hours: 96,
    level: 0.2,
    foundWithin: 30,
    endsWithin: 40,
  },
  {
    rule: 'event-name-unknown',
    shop: 'medium',
    fromHour: 26 * DAY + 12,
    hours: 20,
    level: 0.05,
    foundWithin: 12,
    endsWithin: 30,
  },
  {
    rule: 'token-expires',
    shop: 'large',
    destination: 'shopline',
    fromHour: 20 * DAY,
    hours: 5 * DAY,
    level: 0,
    foundWithin: 1,
    endsWithin: 1,
  },
  {
    rule: 'token-refused',
    shop: 'medium',
    destination: 'tiktok',
    fromHour: 25 * DAY + 7,
    hours: 30,
    level: 0,
    foundWithin: 1,
    endsWithin: 1,
  },
  {
    rule: 'webhooks-silent',
    shop: 'large',
    fromHour: 9 * DAY + 1,
    hours: 10,
    level: 0,
    foundWithin: 7,
    endsWithin: 1,
  },
  {
    rule: 'platform-orders-absent',
    shop: 'small',
    fromHour: 2 * DAY,
    hours: 120,
    level: 0,
    foundWithin: 96,
    endsWithin: 73,
  },
  { rule: 'clock-off', fromHour: 17 * DAY, hours: 5, level: 0, foundWithin: 1, endsWithin: 1 },
  {
    rule: 'oldest-event-waits',
    shop: 'small',
    destination: 'customerio',
    fromHour: 18 * DAY,
    hours: 11 * DAY,
    level: 0,
    foundWithin: 7 * DAY + 1,
    endsWithin: 1,
  },
  { rule: 'disk-nearly-full', fromHour: 28 * DAY, hours: 12, level: 0, foundWithin: 1, endsWithin: 1 },
];

/** What is planted for a rule and holds in an hour of the month. */
export function plantedAt(
  rule: AlertRule,
  hour: number,
  place: Pick<Planted, 'shop' | 'destination'>,
): Planted | undefined {
  return PLANTED.find(
    (one) =>
      one.rule === rule &&
      one.shop === place.shop &&
      one.destination === place.destination &&
      hour >= one.fromHour &&
      hour < one.fromHour + one.hours,
  );
}

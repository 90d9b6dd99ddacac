import { notice } from '../../../../shared/advice/notice.ts';
import type { AlertRule } from '../../../../shared/alert-rules.ts';
import { type Change, findDrop, type Look } from '../drop.ts';
import type { DestinationFigures, ShopFigures } from '../figures.ts';
import type { Finding, Severity, Subject } from '../finding.ts';
import { addHours, DAY_HOURS, firstHour, type Hours } from '../hours.ts';
import { findMatchFall } from '../match-fall.ts';
import { findRise, type RiseLimits } from '../rise.ts';
import { findNearMiss } from './near-miss.ts';

/** The rules that this file has; they look at full hours, once an hour. */
export const HOURLY_RULES = [
  'purchases-drop',
  'deliveries-drop',
  'rejections-rise',
  'coercions-rise',
  'dead-letters-rise',
  'unconfirmed-orders-rise',
  'match-keys-fall',
  'event-name-unknown',
] as const satisfies readonly AlertRule[];

/** The incident about a subject: the hour before which the baseline of an open one ends, and when the last one ended. */
export type FindIncident = (subject: Subject) => { baselineEndHour?: number; endedHour?: number };

const ORDER = 'Order Completed';
/** However little traffic a shop has, a quarter of its usual orders is expected: an outage takes both. */
const LEAST_ORDER_SCALE = 0.25;
/** So long after its end the baseline of an open incident stays as it was; then what there is now is usual. */
const FROZEN_HOURS = 12 * DAY_HOURS;

const OF_MESSAGES: RiseLimits = {
  windows: [1, 3, 8, 24],
  least: 20,
  leastShare: 0.02,
  few: 10,
  fewShare: 0.3,
};
const OF_DELIVERIES: RiseLimits = {
  windows: [1, 3, 8, 24, 48],
  least: 10,
  leastShare: 0.01,
  few: 4,
  fewShare: 0.3,
};
const OF_ORDERS: RiseLimits = { windows: [24, 72], least: 6, leastShare: 0.15, few: 4, fewShare: 0.3 };

/** What the rules that compare with a baseline find at one shop. @param toHour the first hour that is not over. */
export function findHourly(figures: ShopFigures, toHour: number, findIncident: FindIncident): Finding[] {
  const { shop, names } = figures;
  const all = Object.values(names).reduce(addHours, { fromHour: toHour, counts: [] });
  const sinceHour = firstHour(all);
  if (sinceHour === undefined) return [];
  const look = (subject: Subject, from = sinceHour): Look => {
    const { baselineEndHour: end, endedHour = 0 } = findIncident(subject);
    const isFrozen = end !== undefined && toHour - end < FROZEN_HOURS;
    const beforeHour = isFrozen ? end : toHour;
    return { toHour, sinceHour: from, isOpen: isFrozen, beforeHour, notBeforeHour: endedHour };
  };
  const found = (rule: AlertRule) => ({ rule, shop });
  return [
    ...ordersDrop(figures, all, look(found('purchases-drop'))),
    ...messagesRise(figures, (rule, from) => look(found(rule), from)),
    ...findNearMiss(figures, toHour),
    ...figures.destinations.flatMap((one) => {
      const of = (rule: AlertRule) => look({ rule, shop, destination: one.destination });
      return ofDestination(one, shop, all, of);
    }),
  ];
}

function ordersDrop({ shop, names }: ShopFigures, all: Hours, look: Look): Finding[] {
  const orders = names[ORDER];
  if (!orders) return [];
  const others = addHours(all, negative(orders));
  const drop = findDrop(orders, others, look, LEAST_ORDER_SCALE);
  if (!drop) return [];
  return [changed('purchases-drop', { shop }, 'error', drop)];
}

const negative = ({ fromHour, counts }: Hours): Hours => ({
  fromHour,
  counts: counts.map((count) => -count),
});

function messagesRise(
  { shop, names, accepted, rejected, coerced, unconfirmed }: ShopFigures,
  look: (rule: AlertRule, from?: number) => Look,
): Finding[] {
  const messages = addHours(accepted, rejected);
  const orders = addHours(names[ORDER] ?? { fromHour: 0, counts: [] }, unconfirmed);
  const rises: { rule: ChangeRule; bad: Hours; all: Hours; limits: RiseLimits }[] = [
    {
      rule: 'rejections-rise',
      bad: rejected,
      all: messages,
      limits: OF_MESSAGES,
    },
    {
      rule: 'coercions-rise',
      bad: coerced,
      all: messages,
      limits: OF_MESSAGES,
    },
    {
      rule: 'unconfirmed-orders-rise',
      bad: unconfirmed,
      all: orders,
      limits: OF_ORDERS,
    },
  ];
  return rises.flatMap(({ rule, bad, all, limits }) => {
    // The collector's own counters begin with its first start.
    const from = firstHour(messages);
    const rise = from === undefined ? undefined : findRise(bad, all, look(rule, from), limits);
    return rise ? [changed(rule, { shop }, 'warning', rise)] : [];
  });
}

function ofDestination(
  { destination, delivered, dead, match, isPaused }: DestinationFigures,
  shop: string,
  all: Hours,
  look: (rule: AlertRule) => Look,
): Finding[] {
  const findings: Finding[] = [];
  const place = { shop, destination };
  const settled = addHours(delivered, dead);
  /** What was while the other alert was open is part of that one. */
  const after = (rule: AlertRule, other: AlertRule): Look => {
    const own = look(rule);
    return { ...own, notBeforeHour: Math.max(own.notBeforeHour, look(other).notBeforeHour) };
  };
  const rise = look('deliveries-refused').isOpen
    ? undefined
    : findRise(dead, settled, after('dead-letters-rise', 'deliveries-refused'), OF_DELIVERIES);
  if (rise) findings.push(changed('dead-letters-rise', place, 'error', rise));
  // While the token is refused nothing is delivered; that is an alert of its own.
  const ofDrop = after('deliveries-drop', 'token-refused');
  const drop = isPaused ? undefined : findDrop(settled, all, ofDrop, 0);
  if (drop) findings.push(changed('deliveries-drop', place, 'error', drop));
  const { toHour, beforeHour, isOpen } = look('match-keys-fall');
  const [today, beforeDay] = [dayOf(toHour - 1), isOpen ? dayOf(beforeHour) : dayOf(toHour - 1)];
  const fall = findMatchFall(match, { today, beforeDay, isOpen });
  if (fall) {
    const { name, key, share, expected } = fall;
    const words = notice('match-keys-fall', { name, key, share, baselineShare: expected });
    const windowHours = 2 * DAY_HOURS;
    findings.push({ rule: 'match-keys-fall', ...place, severity: 'warning', ...words, windowHours });
  }
  return findings;
}

const dayOf = (hour: number) => Math.floor(hour / DAY_HOURS);

type ChangeRule = Exclude<(typeof HOURLY_RULES)[number], 'match-keys-fall' | 'event-name-unknown'>;

function changed(
  rule: ChangeRule,
  place: Omit<Subject, 'rule'>,
  severity: Severity,
  { value, expected, windowHours }: Change,
): Finding {
  const baseline = Math.round(expected * 10) / 10;
  return { rule, ...place, severity, ...notice(rule, { value, baseline, hours: windowHours }), windowHours };
}

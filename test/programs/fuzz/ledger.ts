import type { Received, Sandbox } from '../../../server/sandbox/index.ts';
import { isObject } from '../../../shared/is-object.ts';
import type { Taken } from './ask.ts';
import type { Reading } from './lines.ts';
import type { ReadableOrder } from './orders.ts';

/** Orders that a person would call readable, and what became of them. */
export interface OrderOutcome {
  orders: number;
  /** Rejected, or answered as stored and not stored. */
  lost: number;
  /** Ids, amounts, quantities and times, at rest or at a destination, that are not what a person reads. */
  changed: number;
  /** Ids and amounts that anybody reads, and that were left out. */
  leftOut: number;
  /** Those that a destination has been sent. */
  delivered: number;
  /** Some of them, in words. */
  problems: string[];
}

export interface OrderLedger {
  /** @param taken undefined: the request was refused with this status. */
  answered(
    orders: readonly ReadableOrder[],
    taken: Pick<Taken, 'rejected'> | undefined,
    status: number,
    body: string,
  ): void;
  /** Looks at an event as it is stored. */
  stored(event: StoredOrder): void;
  /** When everything that is stored has been looked at. */
  outcome(): OrderOutcome;
  stop(): void;
}

interface StoredOrder {
  properties: Record<string, unknown>;
  timestamp: string;
  receivedAt: string;
}

/** Answers that promise nothing and that a client repeats. */
const COME_AGAIN: readonly number[] = [429, 503];
/** Of each kind. */
const MAX_PROBLEMS = 5;
const MOST_SHOWN = 3_000;

/** Holds what is stored, and what destinations are sent, against what a person reads in the orders. */
export function createOrderLedger(sandbox: Pick<Sandbox, 'onReceived'>): OrderLedger {
  const promised = new Map<string, { order: ReadableOrder; body: string }>();
  const byOrderId = new Map<string, ReadableOrder>();
  const found = new Set<string>();
  const delivered = new Set<string>();
  const outcome: OrderOutcome = { orders: 0, lost: 0, changed: 0, leftOut: 0, delivered: 0, problems: [] };
  const counted = new Set<string>();
  const count = (kind: 'lost' | 'changed' | 'leftOut', words: string, mark: string) => {
    // An order is stored more than once, and may be sent again.
    if (counted.size === counted.add(`${mark} ${words}`).size) return;
    outcome[kind]++;
    if (outcome[kind] <= MAX_PROBLEMS)
      outcome.problems.push(`${kind}: ${words} (${mark}): ${promised.get(mark)?.body.slice(0, MOST_SHOWN)}`);
  };
  const compare = (order: ReadableOrder, properties: Record<string, unknown>, where: string) => {
    for (const { isLeftOut, words } of differences(order, properties)) {
      count(isLeftOut ? 'leftOut' : 'changed', `${where}: ${words}`, order.mark);
    }
  };
  const look: Partial<Record<string, (item: Record<string, unknown>) => void>> = {
    customerio({ properties }) {
      const order = isObject(properties) && promised.get(markOf(properties))?.order;
      if (!order) return;
      delivered.add(order.mark);
      compare(order, properties, 'at Customer.io');
    },
    tiktok({ event, event_id, properties }) {
      const order = byOrderId.get(`${event_id}`.replace(/^order:/, ''));
      if (event !== 'Purchase' || !order || !isObject(properties)) return;
      delivered.add(order.mark);
      const { value } = properties;
      const total = order.fields.total?.reads;
      if (value === undefined || value === total || order.values.includes(Number(value))) return;
      count('changed', `at TikTok: value is ${value}`, order.mark);
    },
  };
  const stop = sandbox.onReceived(({ api, accepted }: Received) => {
    for (const item of accepted) if (isObject(item)) look[api]?.(item);
  });
  return {
    stop,
    answered(orders, taken, status, body) {
      if (COME_AGAIN.includes(status)) return;
      const rejected = new Map(taken?.rejected.map(({ index, issues }) => [index, issues]));
      for (const [index, order] of orders.entries()) {
        if (promised.has(order.mark)) continue;
        outcome.orders++;
        promised.set(order.mark, { order, body });
        byOrderId.set(order.orderId, order);
        if (taken && !rejected.has(index)) continue;
        found.add(order.mark);
        count('lost', `answered ${status} ${JSON.stringify(rejected.get(index))}`, order.mark);
      }
    },
    stored({ properties, timestamp, receivedAt }) {
      const order = promised.get(markOf(properties))?.order;
      if (!order) return;
      found.add(order.mark);
      compare(order, properties, 'stored');
      const { reads, isPlain } = order.timestamp;
      if (Date.parse(timestamp) === reads) return;
      if (timestamp === receivedAt && !isPlain) return;
      const kind = timestamp === receivedAt ? 'leftOut' : 'changed';
      count(kind, `stored: timestamp is ${timestamp}`, order.mark);
    },
    outcome() {
      for (const mark of promised.keys()) {
        if (found.has(mark)) continue;
        count('lost', 'answered as stored, and is not', mark);
      }
      return { ...outcome, delivered: delivered.size };
    },
  };
}

/** A shop system's order has it in the place of its cart. */
const markOf = ({ mark, cart_token }: Record<string, unknown>) => `${mark ?? cart_token}`;

interface Difference {
  isLeftOut: boolean;
  words: string;
}

function differences(
  { fields, lines, hasPlainLines }: ReadableOrder,
  properties: Record<string, unknown>,
): Difference[] {
  const found = Object.entries(fields).flatMap(([name, reading]) =>
    differenceOf(name, reading, properties[name]),
  );
  const products = Array.isArray(properties.products) ? properties.products.filter(isObject) : [];
  const matched = new Set<number>();
  for (const product of products) {
    if (NAMES.every((name) => product[name] === undefined)) continue;
    const at = lines.findIndex(
      (line, index) =>
        !matched.has(index) && differencesOfLine(line, product).every(({ isLeftOut }) => isLeftOut),
    );
    if (at < 0) found.push({ isLeftOut: false, words: `a line is ${JSON.stringify(product).slice(0, 500)}` });
    else found.push(...differencesOfLine(lines[at] ?? {}, product));
    matched.add(at);
  }
  const isMissing = (line: Record<string, Reading>, index: number) =>
    !matched.has(index) && Object.values(line).some(({ isPlain }) => isPlain);
  if (hasPlainLines && lines.some(isMissing))
    found.push({ isLeftOut: true, words: `a line is missing: ${JSON.stringify(products).slice(0, 500)}` });
  return found;
}

const NAMES = ['product_id', 'variant_id', 'sku', 'price', 'quantity'];

const differencesOfLine = (line: Record<string, Reading>, product: Record<string, unknown>): Difference[] =>
  NAMES.flatMap((name) => differenceOf(name, line[name], product[name]));

function differenceOf(name: string, reading: Reading | undefined, value: unknown): Difference[] {
  if (value === undefined || value === null)
    return reading?.isPlain ? [{ isLeftOut: true, words: `${name} is left out` }] : [];
  const isRead = value === reading?.reads || value === reading?.also;
  return isRead ? [] : [{ isLeftOut: false, words: `${name} is ${JSON.stringify(value)?.slice(0, 200)}` }];
}

import { expect, test } from 'vitest';
import type { ShopOrders } from '../../server/store/store.ts';
import type { ProtectedEvent, Source } from '../../shared/protected-event.ts';
import { entryOf, firstOrder, MERGE_MS, openShop } from './support.ts';

/**
 * Every order in which five reports of an order may arrive, with every subset of them, under six names, repeated or
 * not, close together or around the window: of each stage that happened every destination is sent exactly one, all of
 * them under one order id and one event id.
 */
const REPORTS = ['page', 'create', 'paid', 'refund', 'cancel'] as const;
type ReportName = (typeof REPORTS)[number];
const NAMINGS = ['number', 'id', '#number', 'checkout', 'token', 'cart'] as const;
type Naming = (typeof NAMINGS)[number];
const REPEATS = ['none', 'each', 'all again'] as const;
/** Between two reports, in ms. */
const GAPS = [0, MERGE_MS - 1, MERGE_MS + 2_000];

interface Case {
  nth: number;
  arrivals: ReportName[];
  naming: Naming;
  repeats: (typeof REPEATS)[number];
}

const VOICES: (Partial<ShopOrders> & { strong: Source })[] = [
  { ordersFrom: 'platform', hasPlatform: true, strong: 'platform' },
  { ordersFrom: 'server', hasPlatform: false, strong: 'server' },
  { ordersFrom: 'browser', hasPlatform: true, strong: 'platform' },
];

const arrivals = (left: readonly ReportName[]): ReportName[][] => [
  [],
  ...left.flatMap((one) => arrivals(left.filter((other) => other !== one)).map((rest) => [one, ...rest])),
];

/** 325 arrivals under 6 names, each with the next kind of repetition. */
const CASES: Case[] = arrivals(REPORTS)
  .filter((list) => list.length > 0)
  .flatMap((list) => NAMINGS.map((naming) => ({ list, naming })))
  .map(({ list, naming }, nth) => {
    const repeats = REPEATS[nth % REPEATS.length] ?? 'none';
    const repeated = { none: list, each: list.flatMap((one) => [one, one]), 'all again': [...list, ...list] };
    return { nth, arrivals: repeated[repeats], naming, repeats };
  });

/** Each case has an order of its own. */
function namesOf(nth: number) {
  const id = `${2_105_022_431_212_188}${String(nth).padStart(8, '0')}`;
  return {
    id,
    number: `D${nth}`,
    checkout: `98${nth}`,
    token: `checkout-token-${nth}`,
    cart: `cart-token-${nth}`,
  };
}

function pageNames(naming: Naming, nth: number): object {
  const { id, number, checkout, token, cart } = namesOf(nth);
  if (naming === 'number') return { order_id: number };
  if (naming === 'id') return { order_id: id };
  if (naming === '#number') return { order_id: `#${number}`, cart_id: cart };
  if (naming === 'checkout') return { checkout_id: checkout, order_id: number };
  if (naming === 'token') return { checkout_token: token };
  return { order_number: number, cart_id: cart };
}

function report(one: ReportName, { nth, naming }: Case, strong: Source): Partial<ProtectedEvent> {
  const { id, number, checkout, token, cart } = namesOf(nth);
  const all = {
    order_id: id,
    order_number: number,
    checkout_id: checkout,
    checkout_token: token,
    cart_token: cart,
  };
  if (one === 'page')
    return {
      source: 'browser',
      event: 'Order Completed',
      identity: { anonymousId: `visitor-${nth}` },
      properties: { ...pageNames(naming, nth), total: 1 } as ProtectedEvent['properties'],
    };
  const reports = {
    create: { event: 'Order Completed', properties: { ...all, total: 46, financial_status: 'pending' } },
    paid: { event: 'Order Updated', properties: { ...all, total: 46, financial_status: 'paid' } },
    refund: { event: 'Order Refunded', properties: { order_id: id, refund_id: `refund-${nth}`, total: 5 } },
    cancel: { event: 'Order Cancelled', properties: { ...all, cancelled_at: '2026-03-01T11:00:00Z' } },
  };
  return { source: strong, identity: {}, ...reports[one] };
}

/** The stages that are to be sent, by which of the reports arrived, and which came before a cancellation. */
function expected(arrived: readonly ReportName[], ordersFrom: ShopOrders['ordersFrom']): string[] {
  const end = arrived.includes('cancel') ? arrived.indexOf('cancel') : arrived.length;
  const before = arrived.slice(0, end);
  const isPlaced = before.some(
    (one) => one === 'create' || one === 'paid' || (one === 'page' && ordersFrom === 'browser'),
  );
  return [
    ...(arrived.includes('cancel') ? ['Order Cancelled'] : []),
    ...(isPlaced ? ['Order Completed'] : []),
    ...(arrived.includes('refund') ? ['Order Refunded'] : []),
    ...(before.includes('paid') ? ['Order Updated'] : []),
  ];
}

/**
 * Where a page's word makes an order, a page and a refund that share no name are two orders until a report that has both
 * names arrives. What was sent by then keeps its ids.
 */
function haveMet({ arrivals: arrived, naming }: Case, ordersFrom: string, gapMs: number): boolean {
  const bridge = arrived.findIndex((one) => one !== 'page' && one !== 'refund');
  const before = new Set(bridge === -1 ? arrived : arrived.slice(0, bridge));
  const isApart = before.has('page') && before.has('refund') && (bridge === -1 || gapMs > 0);
  return ordersFrom !== 'browser' || naming === 'id' || !isApart;
}

/**
 * One test for each voice that makes orders and each gap between reports.
 *
 * @param every 1: all cases; 5: each fifth of them.
 */
export function testPermutations(every: number): void {
  const cases = CASES.filter(({ nth }) => nth % every === 0);
  for (const { strong, ...shopOrders } of VOICES)
    for (const gapMs of GAPS)
      test(`ORDERS_FROM=${shopOrders.ordersFrom}, reports ${gapMs} ms apart: one of each stage, one id (${cases.length} cases)`, async () => {
        const { log, clock, received, accept, leased } = await openShop(shopOrders);
        if (shopOrders.ordersFrom === 'platform') await accept(firstOrder);
        const sent = new Map<number, ProtectedEvent[]>();
        const lease = async () => {
          for (const event of await leased()) {
            const nth = Number(event.properties.nth ?? Number.NaN);
            if (!Number.isNaN(nth)) sent.set(nth, [...(sent.get(nth) ?? []), event]);
          }
        };
        const most = Math.max(...cases.map((one) => one.arrivals.length));
        for (let step = 0; step < most; step++) {
          const entries = cases.flatMap((one) => {
            const name = one.arrivals[step];
            if (!name) return [];
            const { properties, ...rest } = report(name, one, strong);
            // A repeat is a further message, except a webhook sent again.
            const messageId =
              strong === 'platform' && name !== 'page' ? `${name}-${one.nth}` : `${step}-${one.nth}`;
            return [entryOf(received({ ...rest, messageId, properties: { ...properties, nth: one.nth } }))];
          });
          await log.accept(entries);
          clock.nowMs += gapMs;
          await lease();
        }
        clock.nowMs += 2 * MERGE_MS;
        await lease();
        const faults = cases.flatMap((one) => {
          const events = sent.get(one.nth) ?? [];
          const stages = events.map(({ event }) => event).sort();
          const wanted = expected(one.arrivals, shopOrders.ordersFrom ?? 'browser');
          const eventIds = new Set(events.map(({ eventId }) => eventId));
          // A checkout that became an order is sent without an order id.
          const orderIds = new Set(events.flatMap(({ properties }) => properties.order_id ?? []));
          const isOne = eventIds.size <= 1 && orderIds.size <= 1;
          const isRight =
            JSON.stringify(stages) === JSON.stringify(wanted) &&
            (isOne || !haveMet(one, shopOrders.ordersFrom ?? '', gapMs));
          return isRight ? [] : [{ ...one, stages, wanted, ids: [...eventIds, ...orderIds] }];
        });
        expect(faults.length, JSON.stringify(faults.slice(0, 6), null, 1)).toBe(0);
      }, 120_000);
}

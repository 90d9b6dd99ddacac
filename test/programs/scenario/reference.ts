import { type Counted, type CreditedOrder, isCounted } from './counting.ts';
import { creditOf, ordersOf } from './credit.ts';
import type { ScenarioEvent, Settings } from './event.ts';
import { type FlowEntry, flowEntry } from './flow-entry.ts';
import { type MarketingRow, marketingRow } from './marketing-row.ts';
import { read } from './reading.ts';

/** The last report SHOPLINE must have received, by id. */
export interface Expected {
  marketing: Record<string, MarketingRow>;
  flows: Record<string, FlowEntry>;
}

/**
 * Computes the same statistics by brute force: every order is compared with every touch, from the events as they were
 * sent. It shares no code with the implementation under test.
 */
export function reference(events: readonly ScenarioEvent[], settings: Settings): Expected {
  const reading = read(events, settings);
  const credit = (own: ReadonlySet<string>, atMs: number, evidenced?: ReadonlySet<string>) =>
    creditOf(own, atMs, reading, settings, evidenced);
  const orders = ordersOf(reading, settings.currency).map((order) => ({
    ...order,
    credit: credit(order.people, order.atMs, order.evidenced),
  }));
  const firstOrders = new Map<string, CreditedOrder>();
  for (const order of orders.toSorted((a, b) => a.atMs - b.atMs))
    if (order.buyer !== undefined && !firstOrders.has(order.buyer)) firstOrders.set(order.buyer, order);
  const actions = reading.actions.map((action) => ({
    ...action,
    credit: credit(action.people, action.atMs),
  }));
  const messages = reading.messages.filter(isCounted);
  const counted: Counted = { ...reading, messages, orders, firstOrders, actions };
  const known = [
    ...reading.landings.map((landing) => landing.marketing),
    ...messages.map((message) => message.marketing),
    ...orders.map((order) => order.credit.marketing),
    ...reading.costs.map(({ marketingEventId }) => marketingEventId),
  ].filter((id) => id !== undefined);
  return {
    marketing: Object.fromEntries([...new Set(known)].map((id) => [id, marketingRow(id, counted)])),
    flows: Object.fromEntries(settings.flows.map((flow) => [flow.flow_id, flowEntry(flow, counted)])),
  };
}

import { type Counted, type CreditedOrder, isCounted } from './counting.ts';
import { creditOf, ordersOf } from './credit.ts';
import { type FlowEntry, flowEntry } from './flow-entry.ts';
import type { Happening, Settings } from './happening.ts';
import { type MarketingRow, marketingRow } from './marketing-row.ts';
import { type Choices, read } from './reading.ts';

/** What SHOPLINE must have been told last, by id. */
export interface Expected {
  marketing: Record<string, MarketingRow>;
  flows: Record<string, FlowEntry>;
}

/**
 * The same numbers once more, the slow way: every order beside every touch, from what was sent and not from what was
 * stored. It shares no code with what it judges.
 */
export function reference(
  happenings: readonly Happening[],
  settings: Settings,
  choices: Choices = {},
): Expected {
  const reading = read(happenings, settings, choices);
  const credit = (own: Set<string>[], atMs: number) => creditOf(own, atMs, reading, settings, choices);
  const orders = ordersOf(reading, settings.currency).map((order) => ({
    ...order,
    credit: credit(order.peopleOfReports, order.atMs),
  }));
  const firstOrders = new Map<string, CreditedOrder>();
  for (const order of orders.toSorted((a, b) => a.atMs - b.atMs))
    if (order.buyer !== undefined && !firstOrders.has(order.buyer)) firstOrders.set(order.buyer, order);
  const actions = reading.actions.map((action) => ({
    ...action,
    credit: credit([action.people], action.atMs),
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

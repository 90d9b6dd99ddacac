import type {
  FlowTotals,
  MarketingTotals,
  MessageTotals,
  NodeTotals,
} from '../../server/analytics/totals.ts';

export const NOW_MS = Date.parse('2026-03-10T12:00:00Z');
export const NEWEST_MS = Date.parse('2026-03-09T08:00:00Z');

export const NO_MESSAGES: MessageTotals = {
  attempted: 0,
  sent: 0,
  delivered: 0,
  opened: 0,
  machineOpened: 0,
  clicked: 0,
  machineClicked: 0,
  bounced: 0,
  failed: 0,
  unsubscribed: 0,
  spammed: 0,
};

/** A marketing event of which nothing was counted, but for what is named. */
export const marketing = (id: string, counted: Partial<MarketingTotals> = {}): MarketingTotals => ({
  marketingEventId: id,
  newestAtMs: NEWEST_MS,
  orders: 0,
  paidOrders: 0,
  amountHundredths: 0,
  refundedHundredths: 0,
  discountHundredths: 0,
  foreignOrders: 0,
  units: 0,
  buyers: 0,
  newBuyers: 0,
  visitors: 0,
  landings: 0,
  carts: 0,
  checkouts: 0,
  messages: NO_MESSAGES,
  spendHundredths: 0,
  impressions: 0,
  reportedClicks: 0,
  products: [],
  regions: [],
  ...counted,
});

export const flow = (id: string, counted: Partial<FlowTotals> = {}): FlowTotals => ({
  flowId: id,
  newestAtMs: NEWEST_MS,
  orders: 0,
  amountHundredths: 0,
  messages: NO_MESSAGES,
  journeys: 0,
  nodes: [],
  ...counted,
});

export const node = (id: string, counted: Partial<NodeTotals> = {}): NodeTotals => ({
  nodeId: id,
  newestAtMs: NEWEST_MS,
  orders: 0,
  amountHundredths: 0,
  buyers: 0,
  messages: NO_MESSAGES,
  ...counted,
});

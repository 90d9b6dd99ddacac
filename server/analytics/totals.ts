/** Everything counted for one marketing event since it began. Money in whole hundredths of the shop's currency. */
export interface MarketingTotals {
  marketingEventId: string;
  /** Epoch ms of the newest event counted; midnight UTC of the last day of its costs, when nothing else is known. */
  newestAtMs: number;
  orders: number;
  paidOrders: number;
  /** What buyers paid, less refunds. */
  amountHundredths: number;
  refundedHundredths: number;
  discountHundredths: number;
  /** Orders in another currency, whose amounts are left out above. */
  foreignOrders: number;
  units: number;
  buyers: number;
  newBuyers: number;
  visitors: number;
  landings: number;
  carts: number;
  checkouts: number;
  messages: MessageTotals;
  spendHundredths: number;
  impressions: number;
  reportedClicks: number;
  /** Most units first, then by id. */
  products: { productId: string; units: number }[];
  /** Landings by country, most first, then by name. */
  regions: { country: string; landings: number }[];
}

/** How many messages each of these happened to at least once. */
export interface MessageTotals {
  /** Messages attempted, sent or failed. */
  attempted: number;
  sent: number;
  delivered: number;
  opened: number;
  machineOpened: number;
  clicked: number;
  machineClicked: number;
  bounced: number;
  failed: number;
  unsubscribed: number;
  spammed: number;
}

export interface FlowTotals {
  flowId: string;
  newestAtMs: number;
  orders: number;
  amountHundredths: number;
  messages: MessageTotals;
  /** Distinct runs through the campaign. */
  journeys: number;
  /** Every node with facts, whether configured or not. */
  nodes: NodeTotals[];
}

export interface NodeTotals {
  nodeId: string;
  newestAtMs: number;
  orders: number;
  amountHundredths: number;
  buyers: number;
  messages: MessageTotals;
}

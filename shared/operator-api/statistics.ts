/** `GET /admin/statistics`, as far as the console shows it. Money in whole hundredths of the shop's currency. */
export interface StatisticsAnswer {
  shops: { shop: string; marketing?: MarketingTotals[]; flows?: FlowTotals[]; synced?: Synced[] }[];
}

export interface MarketingTotals {
  marketingEventId: string;
  orders: number;
  paidOrders: number;
  amountHundredths: number;
  refundedHundredths: number;
  buyers: number;
  newBuyers: number;
  visitors: number;
  landings: number;
  carts: number;
  checkouts: number;
  spendHundredths: number;
}

export interface FlowTotals {
  flowId: string;
  orders: number;
  amountHundredths: number;
  journeys: number;
  messages: MessageTotals;
  nodes: { nodeId: string; orders: number; amountHundredths: number; messages: MessageTotals }[];
}

export interface MessageTotals {
  sent: number;
  delivered: number;
  opened: number;
  machineOpened: number;
  clicked: number;
}

/** The latest report of a campaign or flow to SHOPLINE. */
export interface Synced {
  target: string;
  at: string;
  traceId?: string;
  /** Why it was not accepted. */
  error?: string;
}

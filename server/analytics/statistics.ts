import type { Synced } from './state.ts';
import type { FlowTotals, MarketingTotals } from './totals.ts';

/** What one sync of one shop came to. */
export interface SyncReport {
  shop: string;
  marketing: SyncOutcome;
  flows: SyncOutcome;
}
export interface SyncOutcome {
  /** Targets whose totals had changed and were sent. */
  sent: number;
  accepted: number;
  /** In SHOPLINE's words, one for each target that was not accepted. */
  errors: { id: string; answer: string }[];
  /** SHOPLINE's ids of the calls, for its support. */
  traceIds: string[];
}

/** Statistics as the rest of the house sees them. */
export interface Statistics {
  /** Counts what is stored by now, then reports what changed. `shop` undefined: every shop. One at a time per shop. */
  sync(shop?: string): Promise<SyncReport[]>;
  /** Counts what is stored by now, then answers everything known. */
  totals(shop: string): Promise<{ marketing: MarketingTotals[]; flows: FlowTotals[]; synced: Synced[] }>;
  /** Resolves when everything stored of a shop before the call is counted, or after half a minute. */
  caughtUp(shop: string): Promise<void>;
  stop(): Promise<void>;
}

/** The outcome of one sync of one shop. */
export interface SyncReport {
  shop: string;
  marketing: SyncOutcome;
  flows: SyncOutcome;
}

export interface SyncOutcome {
  /** Targets whose totals had changed and were sent. */
  sent: number;
  accepted: number;
  /** SHOPLINE's answer for each target that was not accepted. */
  errors: { id: string; answer: string }[];
  /** SHOPLINE's trace ids of the calls, for its support. */
  traceIds: string[];
}

import type { DeadLetterReason, RetryReason, SkipReason } from '../../shared/reasons.ts';

/** What became of one event at one destination, told to whoever watches (the demo's page, the console). */
export interface DeliveryReport {
  shop: string;
  destination: string;
  messageId: string;
  state: 'delivered' | 'skipped' | 'retry' | 'dead';
  reason?: SkipReason | RetryReason | DeadLetterReason;
  /** The API's own words, cut. In raw mode an API may quote what it was sent. */
  answer?: string;
  /** What was, or would have been, sent. */
  payloads?: readonly unknown[];
}
export type Report = (report: DeliveryReport) => void;

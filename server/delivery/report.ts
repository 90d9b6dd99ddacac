import type { DeadLetterReason, RetryReason, SkipReason } from '../../shared/reasons.ts';

/** The outcome of one event at one destination, as the demo's page and the console show it. */
export interface DeliveryReport {
  shop: string;
  destination: string;
  messageId: string;
  state: 'delivered' | 'skipped' | 'retry' | 'dead';
  reason?: SkipReason | RetryReason | DeadLetterReason;
  /** The API's answer, cut. In raw mode an API may quote what it was sent. */
  answer?: string;
  /** The payloads that were sent, or would have been. */
  payloads?: readonly unknown[];
}
export type Report = (report: DeliveryReport) => void;

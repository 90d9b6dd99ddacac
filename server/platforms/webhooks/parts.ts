import type { AnalyticsStore } from '../../analytics/store.ts';
import type { Config } from '../../config/config.ts';
import type { Budget } from '../../http/budget.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Counters } from '../../observe/counters.ts';
import type { Logger } from '../../observe/log.ts';
import type { PiiEncryption } from '../../privacy/encrypted-pii.ts';
import type { EventLog } from '../../store/event-log.ts';

export interface WebhookParts {
  config: Config;
  /** Completes orders on their way. */
  log: Pick<EventLog, 'append'>;
  state: Pick<AnalyticsStore, 'visitorsOf'>;
  piiEncryption: PiiEncryption;
  counters: Counters;
  logger: Logger;
  clock: Clock;
  /** Shared by every request under way. */
  budget: Budget;
}

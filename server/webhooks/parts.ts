import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Budget } from '../ingest/body.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { Sealer } from '../privacy/seal.ts';
import type { ShopState } from '../state/shop-state.ts';

export interface WebhookParts {
  config: Config;
  /** Completes orders on their way. */
  log: Pick<EventLog, 'append'>;
  state: Pick<ShopState, 'visitorsOf'>;
  sealer: Sealer;
  counters: Counters;
  logger: Logger;
  clock: Clock;
  /** Shared by every request under way. */
  budget: Budget;
}

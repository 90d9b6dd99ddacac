import type { AnalyticsStore } from '../analytics/store.ts';
import type { Config } from '../config/config.ts';
import type { RunningDelivery } from '../delivery/start.ts';
import type { OperatorAccess } from '../http/operator-auth.ts';
import type { Clock } from '../lib/clock.ts';
import type { Http } from '../lib/http-client.ts';
import type { Redactions } from '../lifecycle/redactions.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Statistics } from '../platforms/statistics.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import type { Search } from '../store/search.ts';
import type { Store } from '../store/store.ts';
import type { Alerts } from './alerts.ts';
import type { StatisticsParts } from './statistics.ts';

/** What the operator's routes work on. */
export interface AdminParts {
  config: Config;
  log: Store;
  search: Search;
  piiEncryption: PiiEncryption;
  delivery: RunningDelivery;
  counters: Counters;
  metrics: Metrics;
  logger: Logger;
  clock: Clock;
  access: OperatorAccess;
  /** Sends test events, and asks endpoints whether they answer. */
  http: Http;
  redactSecrets: (text: string) => string;
  watchdog: Alerts;
  /** The demo shop runs here. */
  isDemo: boolean;
  /** Present when a shop is counted: totals can be read, reported, and given costs. */
  statistics?: StatisticsParts['statistics'] & Pick<Statistics, 'caughtUp'>;
  /** Present when a shop is counted, or was. */
  state?: StatisticsParts['state'] & Pick<AnalyticsStore, 'near' | 'erase' | 'exportPerson' | 'synced'>;
  redactions: Pick<Redactions, 'confirm' | 'cancel' | 'unconfirmed'>;
}

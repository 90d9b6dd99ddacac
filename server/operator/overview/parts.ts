import type { AnalyticsStore } from '../../analytics/store.ts';
import type { Config } from '../../config/config.ts';
import type { RunningDelivery } from '../../delivery/start.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Search } from '../../store/search.ts';
import type { Store } from '../../store/store.ts';
import type { Alerts } from '../alerts.ts';
import type { Places } from '../places.ts';

export interface OverviewParts {
  config: Pick<Config, 'dataDir' | 'shops'>;
  places: Places;
  search: Search;
  log: Pick<Store, 'depth' | 'check' | 'unconfirmedOrders'>;
  delivery: RunningDelivery;
  clock: Clock;
  watchdog: Alerts;
  /** Present when a shop is counted, or was. */
  state: Pick<AnalyticsStore, 'synced'> | undefined;
}

import { statisticsConsumers } from '../analytics/counting.ts';
import type { Shop } from '../config/config.ts';
import type { RunningDelivery } from '../delivery/start.ts';
import { createAccess } from '../http/operator-auth.ts';
import { createSessions } from '../http/operator-sessions.ts';
import type { Shutdown } from '../lib/shutdown.ts';
import { createMetrics, type Watched } from '../observe/metrics.ts';
import { countedShops } from '../platforms/registry.ts';
import type { AdminParts } from './parts.ts';
import { adminRoutes, type OperatorRoutes } from './routes.ts';
import type { Watchdog } from './watchdog/watchdog.ts';

export interface OperatorParts extends Omit<AdminParts, 'metrics' | 'access' | 'watchdog'> {
  /** Of requests that were read and are not answered yet. */
  bytesInFlight: () => number;
  watchdog: Watchdog;
}

/**
 * Starts the metrics and creates the operator's routes.
 *
 * @param isOpen serves them without a token; only for loopback.
 * @returns undefined when there is no token and `isOpen` is false: the routes are off.
 */
export function startOperator(
  { bytesInFlight, ...parts }: OperatorParts,
  isOpen: boolean,
  shutdown: Shutdown,
): OperatorRoutes | undefined {
  const { counters, log, clock, delivery, config } = parts;
  const token = config.adminToken;
  if (token === undefined && !isOpen) return undefined;
  const destinations = [...watchedDestinations(delivery), ...watchedStatistics(countedShops(config))];
  const metrics = createMetrics({
    counters,
    log,
    clock,
    destinations,
    gauges: [
      {
        name: 'ingest_in_flight_bytes',
        help: 'Bytes of requests that were read and are not answered yet.',
        read: bytesInFlight,
      },
      {
        name: 'redactions_unconfirmed',
        help: 'Erasures asked for by a webhook whose body does not name the shop: they wait for a confirmation.',
        read: parts.redactions.unconfirmed,
      },
      {
        name: 'alerts_open',
        help: '1 for each open alert of the watchdog, by what it is about.',
        labels: ['rule', 'severity', 'shop', 'destination'],
        read: async () =>
          (await parts.watchdog.open()).map(({ rule, severity, shop = '', destination = '' }) => ({
            labels: { rule, severity, shop, destination },
            value: 1,
          })),
      },
    ],
  });
  shutdown.onShutdown(async () => metrics.stop());
  const access = createAccess(
    config,
    token,
    createSessions(log, token ?? '', clock.now),
    parts.logger,
    clock.now,
  );
  if (access.off !== undefined) parts.logger.error({ variable: 'ALLOWED_ORIGINS' }, access.off);
  return adminRoutes({ ...parts, metrics, access });
}

const watchedDestinations = ({ workers }: RunningDelivery): Watched[] =>
  workers.map(({ destination, ...worker }) => ({ ...worker, destination: destination.name }));

/** Statistics consume the event log like a destination, but without a breaker. */
const watchedStatistics = (shops: readonly Shop[]): Watched[] =>
  statisticsConsumers(shops).map(({ name, shop }) => ({
    consumer: name,
    shop,
    destination: 'statistics',
    state: async () => ({ breaker: 'closed' }),
  }));

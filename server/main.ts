import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { Router } from 'express';
import { statisticsConsumers } from './analytics/counting.ts';
import { createAdminApp, createApp } from './app.ts';
import { type Config, ConfigError, environment, readConfig, type Shop } from './config/config.ts';
import { consumersOf } from './delivery/consumers.ts';
import type { Report } from './delivery/report.ts';
import { createDeliveryHttp, type RunningDelivery, startDelivery } from './delivery/start.ts';
import { createBudget } from './http/body.ts';
import { drain, listen } from './http/listener.ts';
import { snippetRoutes } from './http/snippet.ts';
import { type CountryOf, createCountryOf } from './ingest/country.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { createRateLimiters } from './lib/rate-limiter.ts';
import { createShutdown, type Shutdown } from './lib/shutdown.ts';
import { createYieldToIngest } from './lib/yield-to-ingest.ts';
import { retainHourly } from './lifecycle/retention.ts';
import { createCounters } from './observe/counters.ts';
import { createLogger, createSecretRedactor, type Logger } from './observe/log.ts';
import { createMetrics, type Watched } from './observe/metrics.ts';
import { adminRoutes } from './operator/routes.ts';
import { countedShops } from './platforms/counted-shops.ts';
import { startPlatforms } from './platforms/start.ts';
import type { Statistics } from './platforms/statistics.ts';
import { createPiiEncryption, piiBinding } from './privacy/encrypted-pii.ts';
import { redactText } from './privacy/redact.ts';
import { DataDirUnusable, type EventLog } from './store/event-log.ts';
import { openLog } from './store/open.ts';
import { openLedger } from './store/open-ledger.ts';

/** What may be exchanged around the same house: by the demo, and by tests. */
export interface StartOptions {
  logger: Logger;
  clock?: Clock;
  random?: () => number;
  report?: Report;
  /** Puts something between the program and its log, for example to watch it. */
  wrapLog?: (log: EventLog) => EventLog;
  demo?: (parts: { log: EventLog; delivery: RunningDelivery; statistics?: Statistics }) => Router;
  /** Opens the operator's routes without a token. Only for loopback. */
  openAdmin?: boolean;
}

export interface Running {
  /** Where the public server listens. */
  port: number;
  /** Stops taking requests, lets those under way finish, settles, closes. Safe to call twice. */
  stop(): Promise<void>;
}

const SHORT_TOKEN = 16;
/** Of request bodies at one time; in memory a body becomes a few times its size until it is stored. */
const MAX_IN_FLIGHT_BYTES = 32 * 1024 * 1024;
const SNIPPET_DIRECTORY = new URL('../client/dist/', import.meta.url);

/** Joins the parts and listens. @throws {DataDirUnusable} and whatever keeps the ports from opening. */
export async function start(config: Config, options: StartOptions): Promise<Running> {
  const close = createShutdown();
  try {
    return await open(config, options, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(config: Config, options: StartOptions, close: Shutdown): Promise<Running> {
  const {
    logger,
    clock = systemClock,
    random = Math.random,
    report = () => {},
    wrapLog = (log) => log,
  } = options;
  const { dataDir, retentionMs, shops } = config;
  const version = readVersion();
  const snippet = snippetRoutes(SNIPPET_DIRECTORY, version);
  const counters = createCounters();
  const budget = createBudget(MAX_IN_FLIGHT_BYTES);
  const piiEncryption = createPiiEncryption(config.piiKeys);
  const countryOf = await openCountries(config);
  const log = wrapLog(
    await openLog({
      dataDir,
      consumers: [...consumersOf(shops), ...statisticsConsumers(countedShops(config))],
      retentionMs,
      clock: clock.now,
      ...(clock.steady && { steady: clock.steady }),
      watch: {
        committed: (seconds) => counters.time('commit', seconds, {}),
        appended: (bytes) => counters.count('appended_bytes', {}, bytes),
        gapFound: (range) =>
          logger.error({ ...range }, 'events stored before are missing: the log was damaged'),
        highWaterMarkLost: () =>
          logger.warn({}, 'events.mark is gone or damaged: nothing can tell whether events are missing'),
      },
    }),
  );
  close.onShutdown(() => log.close());
  const ledger = await openLedger({ dataDir, clock: clock.now });
  close.onShutdown(() => ledger.close());
  const { http, close: closeHttp } = createDeliveryHttp(shops);
  close.onShutdown(closeHttp);
  const rateLimiterFor = createRateLimiters(clock);
  const redactSecrets = createSecretRedactor(config.secrets);
  const yieldToIngest = createYieldToIngest(budget.requests);
  const platforms = await startPlatforms(
    {
      config,
      log,
      piiEncryption,
      http,
      redactSecrets,
      rateLimiterFor,
      clock,
      yieldToIngest,
      random,
      counters,
      logger,
    },
    close,
  );
  const completing = platforms?.log ?? log;
  const delivery = startDelivery({
    shops,
    log: completing,
    ledger,
    decrypt: (encryptedPii, event) => piiEncryption.decrypt(encryptedPii, piiBinding(event)),
    redactSecrets: platforms?.redactSecrets ?? redactSecrets,
    http: platforms?.http ?? http,
    rateLimiterFor,
    clock,
    yieldToIngest,
    random,
    counters,
    logger,
    report,
  });
  close.onShutdown(() => delivery.stop());
  if (config.adminToken !== undefined && config.adminToken.length < SHORT_TOKEN)
    logger.warn({ variable: 'ADMIN_TOKEN' }, `shorter than ${SHORT_TOKEN} characters: it can be guessed`);
  const isOperable = config.adminToken !== undefined || options.openAdmin === true;
  const metrics = isOperable
    ? createMetrics({
        counters,
        log,
        clock,
        destinations: [...watched(delivery), ...watchedStatistics(countedShops(config))],
        gauges: [
          {
            name: 'ingest_in_flight_bytes',
            help: 'Bytes of requests that were read and are not answered yet.',
            read: budget.bytes,
          },
        ],
      })
    : undefined;
  if (metrics) close.onShutdown(async () => metrics.stop());
  const admin = metrics
    ? adminRoutes({
        config,
        log,
        piiEncryption,
        delivery,
        counters,
        metrics,
        clock,
        token: config.adminToken,
        ...(platforms && { state: platforms.state, statistics: platforms.statistics }),
      })
    : undefined;
  const demo = options.demo?.({ log, delivery, ...(platforms && { statistics: platforms.statistics }) });
  const app = createApp({
    config,
    log: completing,
    piiEncryption,
    counters,
    logger,
    clock,
    budget,
    countryOf,
    version,
    snippet,
    ...(platforms && { state: platforms.state }),
    ...(admin && config.adminPort === undefined && { admin }),
    ...(demo && { demo }),
  });
  const retaining = retainHourly({ log, state: platforms?.state, retentionMs, clock, logger });
  close.onShutdown(retaining.stop);
  const publicDoor = await listen(app, config.port, config.host);
  close.onShutdown(() => drain(publicDoor));
  if (admin && config.adminPort !== undefined) {
    const adminDoor = await listen(
      createAdminApp(admin, { logger, counters }),
      config.adminPort,
      config.host,
    );
    close.onShutdown(() => drain(adminDoor));
  }
  const { port } = publicDoor.server.address() as AddressInfo;
  logger.info({ port, shops: shops.length }, 'collector listens');
  return { port, stop: close };
}

/** The dispatcher's workers in the words of the metrics. */
const watched = ({ workers }: RunningDelivery): Watched[] =>
  workers.map(({ destination, ...worker }) => ({ ...worker, destination: destination.name }));

/** Statistics read the log like a destination; no breaker ever keeps them from it. */
const watchedStatistics = (shops: readonly Shop[]): Watched[] =>
  statisticsConsumers(shops).map(({ name, shop }) => ({
    consumer: name,
    shop,
    destination: 'statistics',
    state: () => 'closed',
  }));

function openCountries({ countryHeader, maxmindFile }: Config): Promise<CountryOf> {
  return createCountryOf(countryHeader, maxmindFile).catch((error: unknown) => {
    throw new ConfigError([
      `MAXMIND_FILE ${maxmindFile} cannot be read as a MaxMind database: ${(error as Error).message}`,
    ]);
  });
}

function readVersion(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

/** The logger of a real process: JSON lines on standard output, struck clean of emails and secrets. */
export function processLogger(level: string, secrets: readonly string[]): Logger {
  const redactSecrets = createSecretRedactor(secrets);
  return createLogger({
    level,
    write: (line) => void process.stdout.write(line),
    redact: (line) => redactSecrets(redactText(line)),
  });
}

/** Ends the process well on the first signal, at once on the second. */
export function stopOnSignal(running: Running): void {
  let hasAsked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (hasAsked) process.exit(1);
      hasAsked = true;
      running.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
}

/** What an operator can mend, in words; undefined for what only we can. */
function wordsFor(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof DataDirUnusable) return error.message;
  const { code, syscall, port } = error as { code?: string; syscall?: string; port?: number };
  if (syscall !== 'listen') return undefined;
  return `PORT ${port} cannot be opened (${code}). Stop what listens there, or choose another.`;
}

async function main(): Promise<void> {
  const env = environment();
  try {
    const config = readConfig(env, (path) => readFileSync(path, 'utf8'));
    stopOnSignal(await start(config, { logger: processLogger(config.logLevel, config.secrets) }));
  } catch (error) {
    const words = wordsFor(error);
    if (words === undefined) throw error;
    process.stderr.write(`${words}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main();

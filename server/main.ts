import type { Apps } from './app.ts';
import { compose, type Lasting, type StartOptions } from './compose.ts';
import type { Config } from './config/config.ts';
import { reloadConfig } from './config/reload.ts';
import { summarize } from './config/summary.ts';
import { connectionLimit, serve } from './http/serve.ts';
import { processClock } from './lib/following-clock.ts';
import { startReplaceable } from './lib/replaceable.ts';
import { createShutdown, type Shutdown } from './lib/shutdown.ts';
import { createCounters } from './observe/counters.ts';
import { createStoreSlot } from './store/store-slot.ts';

export interface Running {
  /** Of the public listener. */
  port: number;
  /**
   * Goes on with another configuration. Listeners stay open, requests in progress are answered, and what they store waits while the
   * store is opened for the new shops.
   *
   * @throws why it could not be started: then the former one goes on, or with `hasEnded` nothing does.
   */
  reload(read: Config): Promise<void>;
  hasEnded(): boolean;
  /** Refuses new requests, answers open ones, settles deliveries, closes the store. Safe to call twice. */
  stop(): Promise<void>;
}

/** Starts a collector. @throws {OperatorError} for what an operator can fix, and when a port cannot be opened. */
export async function start(config: Config, options: StartOptions): Promise<Running> {
  const { logger, clock = processClock(config.databaseUrl !== undefined) } = options;
  const lasting = { logger, clock, counters: createCounters(), slot: createStoreSlot() };
  const parts = await startReplaceable(config, (chosen) => startParts(chosen, options, lasting));
  const shutdown = createShutdown();
  shutdown.onShutdown(async () => lasting.slot.close());
  shutdown.onShutdown(parts.stop);
  try {
    const port = await listenOn({ config, ...lasting }, parts.current, shutdown);
    logger.info(summarize(config, port), 'listening');
    let current = config;
    return {
      port,
      async reload(read) {
        const { config: next, ...changes } = reloadConfig(current, read);
        const { closeStreams } = parts.current();
        await parts.replace(next).finally(closeStreams);
        current = next;
        logger.info({ ...changes, ...summarize(next, port) }, 'configuration reloaded');
      },
      hasEnded: parts.hasEnded,
      stop: shutdown,
    };
  } catch (error) {
    await shutdown();
    throw error;
  }
}

/** Everything but the listeners. Where it fails, nothing of it goes on. */
async function startParts(
  config: Config,
  options: StartOptions,
  lasting: Lasting,
): Promise<Apps & { stop: Shutdown }> {
  const shutdown = createShutdown();
  try {
    return { ...(await compose(config, options, lasting, shutdown)), stop: shutdown };
  } catch (error) {
    await shutdown();
    throw error;
  }
}

/** Listens on `PORT`, and on `ADMIN_PORT` where it is set, with the handlers of the moment. @returns the public port. */
async function listenOn(
  { config, clock, logger }: Pick<Lasting, 'clock' | 'logger'> & { config: Config },
  current: () => Apps,
  shutdown: Shutdown,
): Promise<number> {
  const { host, adminPort, adminHost } = config;
  const limit = connectionLimit(config.maxConnections, clock, logger);
  const port = await serve((...request) => current().app(...request), config.port, host, limit, shutdown);
  if (adminPort !== undefined)
    await serve((...request) => current().admin(...request), adminPort, adminHost, limit, shutdown);
  shutdown.onShutdown(async () => current().closeStreams());
  return port;
}

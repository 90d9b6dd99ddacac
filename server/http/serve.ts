import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import { createLogLimiter } from '../lib/log-limiter.ts';
import type { Shutdown } from '../lib/shutdown.ts';
import type { Logger } from '../observe/log.ts';
import { type ConnectionLimit, drain, listen } from './listener.ts';

/**
 * Listens on a port until shutdown, which waits for open requests.
 *
 * @returns the port, chosen by the system where `port` is 0.
 */
export async function serve(
  app: RequestListener,
  port: number,
  host: string,
  limit: ConnectionLimit,
  shutdown: Shutdown,
): Promise<number> {
  const listener = await listen(app, port, host, undefined, limit);
  shutdown.onShutdown(() => drain(listener));
  return (listener.server.address() as AddressInfo).port;
}

/** Logged once a minute. @param max of one port. */
export function connectionLimit(max: number, clock: Clock, logger: Logger): ConnectionLimit {
  const mayLog = createLogLimiter(clock.now);
  return {
    max,
    onRefused() {
      if (mayLog(''))
        logger.warn({ variable: 'MAX_CONNECTIONS', max }, 'connections refused: too many are open');
    },
  };
}

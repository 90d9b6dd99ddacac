import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Shutdown } from '../lib/shutdown.ts';
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

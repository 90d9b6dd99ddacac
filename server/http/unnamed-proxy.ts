import type { IncomingMessage } from 'node:http';
import type { Config } from '../config/config.ts';
import type { Logger } from '../observe/log.ts';

const HEADERS = ['x-forwarded-for', 'forwarded'] as const;

/**
 * Detects requests that came through a proxy while `TRUST_PROXY` is not set. Their `request.ip` is the proxy's address,
 * so the first one is logged as an error that lists what is delivered wrongly.
 */
export function createProxyCheck(
  { trustProxy, shops }: Pick<Config, 'trustProxy' | 'shops'>,
  logger: Logger,
): (request: IncomingMessage) => void {
  if (trustProxy !== undefined) return () => {};
  const names = shops.flatMap(({ destinations }) => destinations.map(({ destination }) => destination.name));
  const destinations = [...new Set(names)];
  let hasLogged = false;
  return (request) => {
    if (hasLogged) return;
    const header = HEADERS.find((name) => request.headers[name] !== undefined);
    if (header === undefined) return;
    hasLogged = true;
    logger.error(
      { variable: 'TRUST_PROXY', header, address: request.socket.remoteAddress, destinations },
      `requests carry ${header} but TRUST_PROXY is not set: every visitor is stored and delivered with the ` +
        'address and country of the proxy, and all share its limits; set TRUST_PROXY to the number of proxies',
    );
  };
}

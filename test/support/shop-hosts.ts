import { request as ask, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { startCollector, WRITE_KEY } from './collector.ts';
import { selfSigned } from './self-signed.ts';

/** Where the collector lies on a shop's own host, as a rule of a CDN would put it there. */
const OWN_PATH = '/first-party';

export interface ShopHosts {
  port: number;
  /** The address of a page on one of the hosts: a host's name, then a path. */
  url(hostAndPath: string): string;
  /** Every page of this host from now on. */
  put(host: string, html: string): void;
  /** The script tag of a shop whose collector is at this host, or, without one, on the shop's own. */
  tag(data?: Record<string, string>, collector?: string): string;
  /** What the collector has stored of this event on these hosts, in the order it came. */
  stored(name: string, ...hosts: string[]): ProtectedEvent[];
  /** The place of this event among all that reached the collector. */
  order(event: ProtectedEvent): number;
  /** Answers of the collector wait for this promise. */
  held: Promise<unknown>;
}

/**
 * Shops on hosts of many names, and one real collector that is each host's `collect.` or its `/first-party`, all over
 * TLS on one port of this machine. A browser for them: `launchChromium({ hosts: 'loopback' })`, with
 * `ignoreHTTPSErrors`.
 */
export async function openShopHosts(
  hosts: string[],
  whenOver: (clean: () => Promise<void> | void) => void,
): Promise<ShopHosts> {
  const pages = new Map<string, string>();
  let collectorPort = 0;

  const pass = (request: IncomingMessage, response: ServerResponse, path: string) => {
    const { method, headers } = request;
    const forward = ask({ port: collectorPort, host: '127.0.0.1', method, path, headers }, (answer) => {
      void shops.held.then(() => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
    });
    forward.on('error', () => response.destroy());
    request.pipe(forward);
  };
  const answer: RequestListener = (request, response) => {
    const { url = '/', headers } = request;
    const host = headers.host?.split(':')[0] ?? '';
    if (url.startsWith(OWN_PATH)) pass(request, response, url.slice(OWN_PATH.length));
    else if (host.startsWith('collect.')) pass(request, response, url);
    else if (url === '/favicon.ico') response.writeHead(204).end();
    else response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(pages.get(host));
  };
  const server = createServer(selfSigned(), answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenOver(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  const origins = hosts.map((host) => `https://${host}:${port}`);
  const collector = await startCollector(
    { ALLOWED_ORIGINS: origins.join(','), RATE_LIMIT_PER_MINUTE: '100000' },
    { whenOver },
  );
  collectorPort = collector.port;

  const hostOf = ({ context }: ProtectedEvent) => new URL(context.page?.url ?? 'none:').hostname;
  const shops: ShopHosts = {
    port,
    url: (hostAndPath) => `https://${hostAndPath.replace(/\/|$/, `:${port}/`)}`,
    put: (host, html) => void pages.set(host, html),
    tag: (data = {}, at = '') => {
      const attributes = Object.entries({ key: WRITE_KEY, consent: 'granted', ...data });
      const src = at ? `https://${at}:${port}/s.js` : `${OWN_PATH}/s.js`;
      return `<script async src="${src}" ${attributes.map(([name, value]) => `data-${name}="${value}"`).join(' ')}></script>`;
    },
    stored: (name, ...on) =>
      collector.events.filter((event) => (event.event ?? event.type) === name && on.includes(hostOf(event))),
    order: (event) => collector.events.indexOf(event),
    held: Promise.resolve(),
  };
  return shops;
}

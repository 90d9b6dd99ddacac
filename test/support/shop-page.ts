import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const DIST = new URL('../../client/dist/', import.meta.url);

/** A message as the collector would receive it. */
export interface Received {
  type: string;
  event?: string;
  messageId: string;
  anonymousId: string;
  userId?: string;
  sessionId: string;
  timestamp: string;
  properties?: Record<string, unknown>;
  traits?: Record<string, unknown>;
  context: Record<string, Record<string, unknown>>;
}

export interface ShopServer extends AsyncDisposable {
  /** `http://localhost:<port>`: a host name, so that cookies behave as on a shop. */
  url: string;
  /** Every message in the order it came, repeats included. */
  received: Received[];
  /** The same without repeats, as the collector would store them. */
  stored(): Received[];
  /** What `POST /v1/b` answers from now on; 0 hangs up. */
  answer: number;
  /** Headers of every request for `/v1/b`. */
  requests: Record<string, unknown>[];
}

/**
 * A tiny shop: pages by path, the built snippet at `/s.js`, and a collector that only writes down.
 *
 * @param pages HTML by path; each may hold the script tag itself. Anything else is an empty page without it.
 */
export async function serveShop(
  pages: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<ShopServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        if (!shop.answer) {
          request.socket.destroy();
          return;
        }
        shop.requests.push({ ...request.headers, path });
        if (shop.answer === 200) received.push(...JSON.parse(body).batch);
        response.writeHead(shop.answer, { 'Content-Type': 'application/json' }).end('{"success":true}');
      });
      return;
    }
    const script = /^\/(?:s|pixel-tiktok)\.js$/.exec(path);
    if (script) {
      const code = readFileSync(new URL(`.${path}`, DIST));
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(code);
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...headers });
    response.end(pages[path] ?? '<!doctype html><title>Nothing here</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shop: ShopServer = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    received,
    stored: () => [...new Map(received.map((message) => [message.messageId, message])).values()],
    answer: 200,
    requests: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return shop;
}

/** A page with the snippet's tag in its head. */
export const withSnippet = (attributes = 'data-consent="granted"', body = '', title = 'Shop') =>
  `<!doctype html><html><head><title>${title}</title>
<script async src="/s.js" data-key="demo" ${attributes}></script></head><body>${body}</body></html>`;

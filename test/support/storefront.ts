import { existsSync, readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseMessage } from '../../shared/message.ts';

const DIST = new URL('../../client/dist/', import.meta.url);
/** `s.js`, under a version too, and the files it loads. */
const SCRIPT = /\/(?:([a-z-]+)|s\/[\d.]+)\.js$/;

/** A message as a page sent it, before anything is read into it. */
export interface Sent {
  messageId: string;
  type: string;
  event?: string;
  anonymousId: string;
  userId?: string;
  timestamp: string;
  properties: Record<string, unknown>;
  traits?: Record<string, unknown>;
  context: {
    page: { url: string; path: string; title: string };
    campaign?: Record<string, string>;
    consent?: { categoryPreferences: Record<string, boolean>; assumed?: boolean };
    tiktok?: { ttclid?: string; ttclid_at?: string; ttp?: string };
  };
}

/**
 * `down` cuts the line without a word, and browsers then try once more by themselves; the others are what a
 * collector, or a proxy before it, may say.
 */
export type Reply = 'down' | { status: number; headers?: Record<string, string> };

/** One POST, whatever became of it. */
export interface Post {
  path: string;
  origin: string | undefined;
  contentType: string | undefined;
  body: string;
  batch: Sent[];
  reply: Reply;
}

/** What a page asks of the shop's own server. */
export interface Question {
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What the shop's own server says: 200 when left out. An object goes as JSON, text as HTML. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | object;
}

export interface Storefront {
  /** Where the shop's pages lie. A collector answers there too. */
  origin: string;
  /** The same collector on an origin of its own. */
  collector: string;
  /** Puts a page up at this path. Every other path is an empty page without the snippet. */
  put(path: string, html: string, headers?: Record<string, string>): void;
  /** Answers what pages ask of the shop itself. Goes before a page put up at the same path. */
  route(method: string, path: string, answer: (question: Question) => Answer | Promise<Answer>): void;
  /** What the collector says from now on. It starts with 200. */
  reply: Reply | ((post: Omit<Post, 'reply'>) => Reply | Promise<Reply>);
  /** Everything that was sent, in the order it came, refused or not. */
  posts: Post[];
  /** What the collector would have stored: answered with 200, each messageId once, in the order they came. */
  stored(): Sent[];
  /** The stored messages by name: an event's own, else `page` or `identify`. */
  names(): string[];
  /** Why the collector would have rejected a stored message. */
  rejections: unknown[];
  close(): Promise<void>;
}

export const OK: Reply = { status: 200 };

/** A shop made of HTML strings and a collector that writes down what it is sent. */
export async function openStorefront(): Promise<Storefront> {
  const pages = new Map<string, { html: string; headers: Record<string, string> }>();
  const routes = new Map<string, (question: Question) => Answer | Promise<Answer>>();
  const rejections: unknown[] = [];

  async function collect(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const body = await read(request);
    const { origin } = request.headers;
    const post = {
      path,
      origin,
      contentType: request.headers['content-type'],
      body,
      batch: JSON.parse(body).batch as Sent[],
    };
    const reply = typeof shop.reply === 'function' ? await shop.reply(post) : shop.reply;
    shop.posts.push({ ...post, reply });
    if (reply === 'down') {
      request.socket.destroy();
      return;
    }
    const known = new Set(shop.stored().map(({ messageId }) => messageId));
    const duplicates = post.batch.filter(({ messageId }: Sent) => known.has(messageId)).length;
    for (const message of post.batch) {
      const parsed = parseMessage(message);
      if ('issues' in parsed) rejections.push({ ...parsed, message });
    }
    const isGood = reply.status === 200;
    response
      .writeHead(reply.status, {
        'Content-Type': 'application/json',
        ...cors(origin),
        ...reply.headers,
      })
      .end(
        isGood
          ? JSON.stringify({ success: true, accepted: post.batch.length, duplicates, rejected: [] })
          : JSON.stringify({ code: 'unavailable', message: 'Try again later.', meta: { errors: [] } }),
      );
  }

  async function serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const body = await read(request);
    const said = await routes.get(`${request.method} ${url.pathname}`)?.({
      url,
      headers: request.headers,
      body,
    });
    const isText = typeof said?.body === 'string';
    response
      .writeHead(said?.status ?? 200, {
        'Content-Type': isText ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
        ...said?.headers,
      })
      .end(isText ? said?.body : JSON.stringify(said?.body));
  }

  const answer: RequestListener = (request, response) => {
    const url = new URL(request.url ?? '/', 'http://shop');
    const { pathname } = url;
    const script = SCRIPT.exec(pathname);
    if (pathname.endsWith('/v1/b') && request.method === 'POST')
      collect(request, response, pathname).catch(ignoreBreak);
    else if (request.method === 'OPTIONS') response.writeHead(204, cors(request.headers.origin)).end();
    else if (routes.has(`${request.method} ${pathname}`)) serve(request, response, url).catch(ignoreBreak);
    else if (script && !pages.has(pathname)) sendScript(response, `${script[1] ?? 's'}.js`);
    else if (pathname === '/favicon.ico') response.writeHead(204).end();
    else {
      const { html, headers } = pages.get(pathname) ?? { html: '<!doctype html><title>Elsewhere</title>' };
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...headers }).end(html);
    }
  };
  const [store, other] = [await listen(answer), await listen(answer)];

  const shop: Storefront = {
    origin: store.origin,
    collector: other.origin,
    put: (path, html, headers = {}) => void pages.set(path, { html, headers }),
    route: (method, path, answer) => void routes.set(`${method} ${path}`, answer),
    reply: OK,
    posts: [],
    stored: () => {
      const good = shop.posts.filter(({ reply }) => reply !== 'down' && reply.status === 200);
      const byId = new Map<string, Sent>();
      for (const message of good.flatMap(({ batch }) => batch)) {
        if (!byId.has(message.messageId)) byId.set(message.messageId, message);
      }
      return [...byId.values()];
    },
    names: () => shop.stored().map(({ type, event }) => event ?? type),
    rejections,
    close: async () => {
      await Promise.all([store.close(), other.close()]);
    },
  };
  return shop;
}

/** As design §4 says: the exact origin, with credentials unless it is `null`. */
const cors = (origin: string | undefined): Record<string, string> =>
  origin === undefined
    ? {}
    : {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': 'Retry-After',
        'Access-Control-Allow-Headers': 'authorization, content-type, x-retry-count, x-strict-mode',
        Vary: 'Origin',
        ...(origin !== 'null' && { 'Access-Control-Allow-Credentials': 'true' }),
      };

function sendScript(response: ServerResponse, name: string): void {
  const file = new URL(name, DIST);
  if (existsSync(file)) response.setHeader('Content-Type', 'text/javascript').end(readFileSync(file));
  else response.writeHead(404).end();
}

/** A page that goes away breaks off what it sends: nobody waits for an answer. */
function ignoreBreak(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ECONNRESET') throw error;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function listen(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<unknown>((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

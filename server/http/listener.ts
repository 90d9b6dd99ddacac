import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import {
  MAX_HEADER_BYTES,
  MAX_HEADERS,
  MAX_URL_BYTES,
  refuse,
  refuseConnection,
  STATUS_OF,
} from './refuse.ts';

/** How long shutdown waits for open requests. */
const DRAIN_MS = 10_000;

/** Limits on slow peers, in milliseconds. Overdue connections are closed at the next check. */
export interface Timeouts {
  /** Until all headers have arrived. */
  headersTimeout: number;
  /** Until the whole request has arrived. */
  requestTimeout: number;
  /** Between two requests on one connection. */
  keepAliveTimeout: number;
  /** Without a byte in either direction, for example while the peer does not read the response. */
  timeout: number;
  connectionsCheckingInterval: number;
}
const TIMEOUTS: Timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  timeout: 60_000,
  connectionsCheckingInterval: 2_000,
};

export interface Listener {
  server: Server;
  /** Responses that are not complete yet. */
  open: Set<ServerResponse>;
}

/** How many connections may be open, and what to do where another one was closed for it. */
export interface ConnectionLimit {
  max: number;
  onRefused(): void;
}

/**
 * Listens on a port. At the limit of connections a further one is closed, and those between two requests are as well, so
 * that the next is served.
 *
 * Rejects when the port cannot be opened.
 */
export function listen(
  app: RequestListener,
  port: number,
  host: string,
  timeouts: Timeouts = TIMEOUTS,
  limit?: ConnectionLimit,
): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const open = new Set<ServerResponse>();
    const options = {
      ...timeouts,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Requests that parsers read differently are a way to smuggle requests past a proxy.
      insecureHTTPParser: false,
    };
    const server = createServer(options, (request, response) => {
      open.add(response);
      response.once('close', () => open.delete(response));
      if (!server.listening) response.setHeader('Connection', 'close');
      if ((request.url ?? '').length > MAX_URL_BYTES) return refuse(response, 414);
      if (request.rawHeaders.length > 2 * MAX_HEADERS) return refuse(response, 431);
      app(request, response);
    });
    server.timeout = timeouts.timeout;
    if (limit) server.maxConnections = limit.max;
    server.on('drop', () => {
      server.closeIdleConnections();
      limit?.onRefused();
    });
    // By default Node silently drops headers over its limit; here the request is refused instead.
    server.maxHeadersCount = 0;
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const isAnswering = [...open].some((response) => response.socket === socket && response.headersSent);
      if (!socket.writable || error.code === 'ECONNRESET' || isAnswering) socket.destroy();
      else refuseConnection(socket, STATUS_OF[error.code ?? ''] ?? 400);
    });
    server.once('error', reject);
    server.listen(port, host, () => resolve({ server, open }));
  });
}

/**
 * Stops listening and resolves when all connections are closed. Requests in progress, half-received ones included, are
 * answered with `Connection: close`, because a busy keep-alive connection never becomes idle by itself; idle
 * connections are closed at once, and everything that is left after ten seconds.
 */
export function drain({ server, open }: Listener): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    for (const response of open) if (!response.headersSent) response.setHeader('Connection', 'close');
    server.closeIdleConnections();
  });
}

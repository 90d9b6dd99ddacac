import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a stop waits for answers under way. */
const DRAIN_MS = 10_000;

/** How long a slow peer may take, in milliseconds. What is overdue is cut off within one checking interval. */
export interface Patience {
  /** Until the last header has arrived. */
  headersTimeout: number;
  /** Until the whole request has arrived. */
  requestTimeout: number;
  /** Between two requests on one connection. */
  keepAliveTimeout: number;
  /** Without a byte in either direction while an answer is on its way: a reader that does not read. */
  timeout: number;
  connectionsCheckingInterval: number;
}
const PATIENCE: Patience = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  timeout: 60_000,
  connectionsCheckingInterval: 2_000,
};
/** Bytes of the request line and all headers together. Browsers and proxies stay below 8 KB. */
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_URL_BYTES = 8 * 1024;
const MAX_HEADERS = 100;

/** A listening server, and what it has not answered yet. */
export interface Door {
  server: Server;
  open: Set<ServerResponse>;
}

/** Opens a port. Rejects when it cannot be opened. */
export function listen(
  app: RequestListener,
  port: number,
  host: string,
  patience: Patience = PATIENCE,
): Promise<Door> {
  return new Promise((resolve, reject) => {
    const open = new Set<ServerResponse>();
    const options = {
      ...patience,
      maxHeaderSize: MAX_HEADER_BYTES,
      // What a tolerant reader understands one way and a proxy another is how requests are smuggled.
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
    server.timeout = patience.timeout;
    // Node leaves out headers past its own limit in silence; a request is read whole or refused.
    server.maxHeadersCount = 0;
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const isAnswering = [...open].some((response) => response.socket === socket && response.headersSent);
      if (!socket.writable || error.code === 'ECONNRESET' || isAnswering) socket.destroy();
      else hangUp(socket, STATUS_OF[error.code ?? ''] ?? 400);
    });
    server.once('error', reject);
    server.listen(port, host, () => resolve({ server, open }));
  });
}

const STATUS_OF: Readonly<Record<string, Status>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
/** What is refused before there is a request to route, in the words every error is told in. */
const REFUSALS = {
  400: ['malformed-request', 'Bad Request', 'This is not HTTP as the standard has it.'],
  408: ['too-slow', 'Request Timeout', 'The request did not arrive in time.'],
  413: ['too-large', 'Content Too Large', 'The request is larger than it may be.'],
  414: ['too-large', 'URI Too Long', `The address may hold ${MAX_URL_BYTES} bytes.`],
  431: [
    'too-large',
    'Request Header Fields Too Large',
    `A request may carry ${MAX_HEADERS} headers of ${MAX_HEADER_BYTES} bytes together.`,
  ],
} as const;
type Status = keyof typeof REFUSALS;

function wordsFor(status: Status): { reason: string; headers: Record<string, string>; body: string } {
  const [code, reason, message] = REFUSALS[status];
  const body = JSON.stringify({ code, message, meta: { errors: [message] } });
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  return { reason, headers, body };
}

function refuse(response: ServerResponse, status: Status): void {
  const { headers, body } = wordsFor(status);
  response.writeHead(status, headers).end(body);
}

/** As `refuse` where there is no response: the last words on a connection nobody can follow any more. */
function hangUp(socket: Duplex, status: Status): void {
  const { reason, headers, body } = wordsFor(status);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${body}`);
}

/**
 * Requests under way get their answers, which tell their senders to go elsewhere: a busy connection would never become
 * idle by itself. After ten seconds whoever is left is cut off.
 */
export function drain({ server, open }: Door): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    for (const response of open) if (!response.headersSent) response.setHeader('Connection', 'close');
    server.closeIdleConnections();
  });
}

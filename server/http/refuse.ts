import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Limits of every request, checked before it is routed. */
export const MAX_HEADER_BYTES = 16 * 1024;
export const MAX_URL_BYTES = 8 * 1024;
export const MAX_HEADERS = 100;

/** Error codes of Node's HTTP parser that are not plain syntax errors. */
export const STATUS_OF: Readonly<Record<string, Status>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Requests refused before they are routed, in the shape of all error responses. */
const REFUSALS = {
  400: ['malformed-request', 'The request is not valid HTTP.'],
  408: ['too-slow', 'The request did not arrive in time.'],
  413: ['too-large', 'The request is too large.'],
  414: ['too-large', `The URL may be at most ${MAX_URL_BYTES} bytes.`],
  431: [
    'too-large',
    `A request may have at most ${MAX_HEADERS} headers of ${MAX_HEADER_BYTES} bytes in all.`,
  ],
} as const;
type Status = keyof typeof REFUSALS;

/** Answers and closes the connection. */
export function refuse(response: ServerResponse, status: Status): void {
  const { headers, body } = describe(status);
  response.writeHead(status, headers).end(body);
}

/** As `refuse`, on a connection whose request could not be parsed, so that there is no response object. */
export function refuseConnection(socket: Duplex, status: Status): void {
  const { headers, body } = describe(status);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

function describe(status: Status): { headers: Record<string, string>; body: string } {
  const [code, message] = REFUSALS[status];
  const body = JSON.stringify({ code, message, meta: { errors: [message] } });
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  return { headers, body };
}

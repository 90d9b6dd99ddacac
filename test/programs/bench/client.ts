import { connect } from 'node:net';

/** One answer, as far as a load generator looks at it. */
export interface Answer {
  status: number;
  /** Head and body. Only good until the callback returns. */
  bytes: Buffer;
}

export interface Connection {
  send(request: Buffer): void;
  close(): void;
}

/**
 * One HTTP/1.1 keep-alive connection with one request at a time: no headers parsed but the length, nothing allocated
 * for an answer that comes in one piece.
 *
 * @param onEnd the connection is gone, once; a request under way has no answer.
 */
export function openConnection(
  port: number,
  on: { ready: () => void; answer: (answer: Answer) => void; end: () => void },
): Connection {
  let pending: Buffer | undefined;
  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer: Buffer.allocUnsafe(16_384),
      callback(length, chunk) {
        const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, length);
        const bytes = pending ? Buffer.concat([pending, fresh]) : fresh;
        if (isWhole(bytes)) {
          pending = undefined;
          on.answer({ status: statusOf(bytes), bytes });
        } else pending = Buffer.from(bytes);
        return true;
      },
    },
  });
  socket.once('connect', on.ready);
  socket.once('close', on.end);
  socket.on('error', () => {});
  return { send: (request) => void socket.write(request), close: () => socket.destroy() };
}

/** The digits after `HTTP/1.1 `. */
const statusOf = (bytes: Buffer) =>
  ((bytes[9] ?? 0) - 48) * 100 + ((bytes[10] ?? 0) - 48) * 10 + (bytes[11] ?? 0) - 48;

const LENGTH = /\r\ncontent-length: *(\d+)/i;

/** @throws for a chunked response; no measured server sends one. */
function isWhole(bytes: Buffer): boolean {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return false;
  if (statusOf(bytes) === 204) return true;
  const length = LENGTH.exec(bytes.toString('latin1', 0, headEnd))?.[1];
  if (length === undefined)
    throw new Error(`an answer without a length: ${bytes.toString('latin1', 0, 300)}`);
  return bytes.length >= headEnd + 4 + Number(length);
}

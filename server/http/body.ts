import type { Request } from 'express';
import { LIMITS } from '../../shared/names.ts';
import { Refusal, tooLarge } from './errors.ts';

/** How much memory requests under way may hold, so that a slow disk costs answers and not the process. */
export interface Budget {
  /** Of bodies, unpacked, that were read and not answered yet. */
  bytes(): number;
  /** How many requests are being read or answered. */
  requests(): number;
  begin(): void;
  /** @param bytes what the request still held. */
  end(bytes: number): void;
  /** @throws {Refusal} 503 when that would be too much; then nothing was taken. */
  take(bytes: number): void;
  giveBack(bytes: number): void;
  /**
   * As `take` for bytes of a body that is still on its way. These may hold half of the budget, so that whoever is slow
   * with his body, on purpose or not, leaves room for those that arrive at once.
   */
  takeArriving(bytes: number): void;
  /** These bytes are not on their way any more; they stay taken. */
  arrived(bytes: number): void;
}

export function createBudget(maxBytes: number): Budget {
  let held = 0;
  let arriving = 0;
  let requests = 0;
  const take = (bytes: number) => {
    if (held + bytes > maxBytes) throw busy();
    held += bytes;
  };
  return {
    bytes: () => held,
    requests: () => requests,
    begin() {
      requests++;
    },
    end(bytes) {
      requests--;
      held -= bytes;
    },
    take,
    giveBack(bytes) {
      held -= bytes;
    },
    takeArriving(bytes) {
      if (arriving + bytes > maxBytes / 2) throw busy();
      take(bytes);
      arriving += bytes;
    },
    arrived(bytes) {
      arriving -= bytes;
    },
  };
}

const busy = () =>
  new Refusal(503, 'busy', 'More arrives than can be stored right now; nothing of this was stored.', {
    retryAfterSeconds: 1,
  });

/** @param encoding the header `Content-Encoding`. */
export const isGzip = (encoding: string | undefined) => /^(?:x-)?gzip$/i.test(encoding ?? '');

/**
 * Reads a whole body, still packed. The bytes count against the budget while they arrive; whoever awaited them gives
 * them back when the request is answered.
 *
 * @throws {Refusal} 413 past the limit, 415 for a packing other than gzip, 503 over the budget, 400 when the sender
 * vanished. Then nothing is held.
 */
export function readBody(request: Request, budget: Budget): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && !isGzip(encoding) && encoding !== 'identity')
      return reject(new Refusal(415, 'malformed-body', 'The body may be packed with gzip only.'));
    const length = Number(request.headers['content-length']);
    if (length > LIMITS.requestBytes) return reject(tooLarge('request'));
    let chunks: Buffer[] = [];
    let bytes = 0;
    let arriving = 0;
    const refuse = (refusal: unknown) => {
      request.off('data', onData).off('end', onEnd).off('close', onGone);
      budget.arrived(arriving);
      budget.giveBack(bytes);
      // What is still on its way is read and thrown away, so that the connection stays usable.
      request.resume();
      reject(refusal);
    };
    const onData = (chunk: Buffer) => {
      try {
        if (bytes + chunk.length > LIMITS.requestBytes) throw tooLarge('request');
        if (chunk.length === length) budget.take(chunk.length);
        else {
          budget.takeArriving(chunk.length);
          arriving += chunk.length;
        }
      } catch (error) {
        return refuse(error);
      }
      bytes += chunk.length;
      chunks.push(chunk);
    };
    const onEnd = () => {
      request.off('close', onGone);
      budget.arrived(arriving);
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes));
      // The request lives on until it is answered, and these listeners with it.
      chunks = [];
    };
    const onGone = () => refuse(new Refusal(400, 'malformed-body', 'The body ended before it was complete.'));
    request.on('data', onData).on('end', onEnd).on('close', onGone);
  });
}

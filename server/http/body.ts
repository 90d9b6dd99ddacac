import type { Request } from 'express';
import { LIMITS } from '../../shared/names.ts';
import type { Budget } from './budget.ts';
import { HttpError, tooLarge } from './errors.ts';
import { isGzip } from './gzip.ts';

/**
 * Reads a whole body, still compressed. Its bytes are acquired from the budget as they arrive; the caller releases them
 * once the request is answered.
 *
 * @throws {HttpError} 413 over the limit, 415 for an encoding other than gzip, 503 over the budget, 400 when the
 * connection closed early. Then nothing is held.
 */
export function readBody(request: Request, budget: Budget): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && !isGzip(encoding) && encoding !== 'identity')
      return reject(new HttpError(415, 'malformed-body', 'Content-Encoding must be gzip or identity.'));
    const length = Number(request.headers['content-length']);
    if (length > LIMITS.requestBytes) return reject(tooLarge('request'));
    let chunks: Buffer[] = [];
    let bytes = 0;
    let arriving = 0;
    const fail = (error: unknown) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      budget.arrived(arriving);
      budget.release(bytes);
      // The rest of the body is read and discarded, so that the connection can be reused.
      request.resume();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      try {
        if (bytes + chunk.length > LIMITS.requestBytes) throw tooLarge('request');
        if (chunk.length === length) budget.acquire(chunk.length);
        else {
          budget.acquireArriving(chunk.length);
          arriving += chunk.length;
        }
      } catch (error) {
        return fail(error);
      }
      bytes += chunk.length;
      chunks.push(chunk);
    };
    const onEnd = () => {
      request.off('close', onClose);
      budget.arrived(arriving);
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes));
      // The listeners keep this array reachable until the request is answered.
      chunks = [];
    };
    const onClose = () =>
      fail(new HttpError(400, 'malformed-body', 'The connection closed before the body was complete.'));
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

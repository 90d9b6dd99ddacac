import type { IncomingMessage } from 'node:http';
import { LIMITS } from '../../shared/names.ts';
import type { Budget, Claimant } from './budget.ts';
import { HttpError, tooLarge } from './errors.ts';
import { checkEncoding } from './gzip.ts';

/**
 * Reads a whole body, still compressed. While it arrives in pieces its bytes are counted in the budget; the caller holds
 * the whole one.
 *
 * @throws {HttpError} 413 over the limit, 415 for an encoding that is not read, 503 over the budget, 400 when the
 * connection closed early. Then nothing is counted.
 */
export function readBody(request: IncomingMessage, budget: Budget, claimant: Claimant): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    checkEncoding(request.headers['content-encoding']);
    const length = Number(request.headers['content-length']);
    if (length > LIMITS.requestBytes) return reject(tooLarge('request'));
    let chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (error: unknown) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      chunks = [];
      receiving?.end();
      // The rest of the body is read and discarded, so that the connection can be reused.
      request.resume();
      reject(error);
    };
    let receiving: ReturnType<Budget['receive']> | undefined;
    const onData = (chunk: Buffer) => {
      try {
        if (bytes + chunk.length > LIMITS.requestBytes) throw tooLarge('request');
        if (chunk.length !== length) {
          receiving ??= budget.receive(claimant, fail);
          receiving.add(chunk.length);
        }
      } catch (error) {
        return fail(error);
      }
      bytes += chunk.length;
      chunks.push(chunk);
    };
    const onEnd = () => {
      request.off('close', onClose);
      receiving?.end();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes));
      // The listeners keep this array reachable until the request is answered.
      chunks = [];
    };
    const onClose = () =>
      fail(new HttpError(400, 'malformed-body', 'The connection closed before the body was complete.'));
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

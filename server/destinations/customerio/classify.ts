import { quote, quoteResponse, readJsonObject } from '../answers.ts';
import type { HttpResponse, Outcome } from '../destination.ts';

/**
 * In strict mode the status tells: 200 means taken, 400 that something in the batch is wrong. `Retry-After` is read
 * by the dispatcher, from every answer.
 */
export function classify(response: HttpResponse): Outcome {
  const { status } = response;
  const errors = errorsIn(response.body);
  const answer = errors ? `HTTP ${status} ${errors}` : quoteResponse(response);
  if (status >= 200 && status < 300) {
    // A web page is somebody else's answer: a wrong endpoint must not swallow events.
    if (response.body.trimStart().startsWith('<'))
      return { kind: 'retry', reason: 'invalid-response', answer };
    return errors ? { kind: 'delivered', warning: answer } : { kind: 'delivered' };
  }
  if (status === 429) return { kind: 'retry', reason: 'throttled', answer };
  if (status === 408) return { kind: 'retry', reason: 'no-answer', answer };
  if (status >= 500) return { kind: 'retry', reason: 'server-error', answer };
  // A redirect, like a wrong key, is about the set-up and not about the events.
  const isOurSetUp = status < 400 || status === 401 || status === 403;
  return isOurSetUp ? { kind: 'paused', answer } : { kind: 'rejected', answer };
}

/** `meta.error` is one text, `meta.errors` a list; either may come. */
function errorsIn(body: string): string | undefined {
  const { error, errors } = (readJsonObject(body)?.meta ?? {}) as Record<string, unknown>;
  const found = [error, ...(Array.isArray(errors) ? errors : [errors])].filter(Boolean);
  const words = found.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return words.length > 0 ? quote(words.join('; ')) : undefined;
}

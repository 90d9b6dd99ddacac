import { quote, quoteResponse, readJsonObject } from '../answers.ts';
import type { HttpResponse, Outcome } from '../destination.ts';

/** In strict mode the status decides: 200 means accepted, 400 that at least one message in the batch is wrong. */
export function classify(response: HttpResponse): Outcome {
  const { status } = response;
  const errors = errorsIn(response.body);
  const answer = errors ? `HTTP ${status} ${errors}` : quoteResponse(response);
  if (status >= 200 && status < 300) {
    // An HTML page comes from another server: with a wrong endpoint, events would be lost.
    if (response.body.trimStart().startsWith('<'))
      return { kind: 'retry', reason: 'invalid-response', answer };
    return errors ? { kind: 'delivered', warning: answer } : { kind: 'delivered' };
  }
  if (status === 429) return { kind: 'retry', reason: 'throttled', answer };
  if (status === 408) return { kind: 'retry', reason: 'no-answer', answer };
  if (status >= 500) return { kind: 'retry', reason: 'server-error', answer };
  // A redirect, like a wrong key, is a mistake in the configuration, not in the events.
  const isOurConfiguration = status < 400 || status === 401 || status === 403;
  return isOurConfiguration ? { kind: 'paused', answer } : { kind: 'rejected', answer };
}

/** `meta.error` is text, `meta.errors` a list; a response has either. */
function errorsIn(body: string): string | undefined {
  const { error, errors } = (readJsonObject(body)?.meta ?? {}) as Record<string, unknown>;
  const found = [error, ...(Array.isArray(errors) ? errors : [errors])].filter(Boolean);
  const words = found.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return words.length > 0 ? quote(words.join('; ')) : undefined;
}

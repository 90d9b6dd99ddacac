import { isObject } from '../../../shared/message.ts';
import { quote, quoteResponse, readObject } from '../answers.ts';
import type { HttpResponse, Outcome } from '../destination.ts';
import { readText } from '../values.ts';
import type { Payload } from './payload.ts';

type Entry = Record<string, unknown>;

/** Token, scope, frozen or locked shop, as opposed to a wrong event. */
const PAUSED: ReadonlySet<number> = new Set([401, 402, 403, 423]);
/** 435 is the guard against floods, so it too means "slower". */
const THROTTLED: ReadonlySet<number> = new Set([429, 434, 435, 503]);

/** One outcome per event when SHOPLINE tells them apart, else one for all. */
export function classify(response: HttpResponse, batch: readonly Payload[]): Outcome | Outcome[] {
  const { status } = response;
  if (status < 200 || status >= 300) return byStatus(status, response, wordsOf(response));
  const body = readObject(response.body);
  const data = isObject(body?.data) ? body.data : undefined;
  if (Array.isArray(data?.events)) {
    const entries = data.events.filter(isObject);
    return entriesOf(batch, entries).map((entry) => outcomeOf(entry, response));
  }
  return body ? businessFailure(body, response) : unreadable(response);
}

/**
 * The entry that answers each event: by position when all positions agree, else by its echo of code and date. What
 * no entry answers may or may not have been taken. Only that is sent again, for the CDP counts every repeat.
 */
function entriesOf(batch: readonly Payload[], entries: readonly Entry[]): (Entry | undefined)[] {
  if (entries.length === batch.length && batch.every((payload, i) => agrees(entries[i] ?? {}, payload)))
    return [...entries];
  const left = [...entries];
  return batch.map((payload) => {
    const at = left.findIndex((entry) => 'event_date' in entry && agrees(entry, payload));
    return at < 0 ? undefined : left.splice(at, 1)[0];
  });
}

/** An entry without an echo contradicts nothing. */
function agrees({ event_code, event_date }: Entry, { event }: Payload): boolean {
  return (
    (event_code ?? event.event_code) === event.event_code &&
    String(event_date ?? event.event_date) === String(event.event_date)
  );
}

function outcomeOf(entry: Entry | undefined, response: HttpResponse): Outcome {
  if (!entry) return unreadable(response, 'the answer does not mention this event');
  const errors = inWords(entry.errors);
  if (errors) return { kind: 'rejected', answer: withTraceId(quote(errors), response) };
  const remoteId = readText(entry.id);
  return { kind: 'delivered', ...(remoteId && { remoteId }) };
}

function byStatus(status: number, response: HttpResponse, words: string): Outcome {
  const answer = withTraceId(words, response);
  if (THROTTLED.has(status)) return { kind: 'retry', reason: 'throttled', answer };
  if (status === 408) return { kind: 'retry', reason: 'no-answer', answer };
  if (status >= 500) return { kind: 'retry', reason: 'server-error', answer };
  // A redirect, like a wrong token, is about the set-up and not about the events.
  return status < 400 || PAUSED.has(status) ? { kind: 'paused', answer } : { kind: 'rejected', answer };
}

/** HTTP 200 around `{code, data, message}`: the code where it is a status, else what the words mean. */
function businessFailure(body: Entry, response: HttpResponse): Outcome {
  const code = Number(body.code);
  const words = wordsOf(response);
  if (code >= 400 && code < 600) return byStatus(code, response, words);
  const saysWhy = inWords(body.errors) ?? readText(body.message);
  // A success that tells of no event is no answer to ours.
  if (code === 200 || code === 0 || !saysWhy) return unreadable(response);
  const answer = withTraceId(words, response);
  if (/token|unauthori|permission|forbidden|scope|not qualified|frozen|locked/i.test(words))
    return { kind: 'paused', answer };
  if (/too many|rate limit|frequen|throttl/i.test(words))
    return { kind: 'retry', reason: 'throttled', answer };
  if (/system|internal|busy|time.?out|unavailable|try again/i.test(words))
    return { kind: 'retry', reason: 'server-error', answer };
  return { kind: 'rejected', answer };
}

const unreadable = (response: HttpResponse, why = quoteResponse(response)): Outcome => ({
  kind: 'retry',
  reason: 'invalid-response',
  answer: withTraceId(why, response),
});

/** `{errors}` is a text, a list or a map; some failures are `{code, message}` instead. */
function wordsOf(response: HttpResponse): string {
  const body = readObject(response.body);
  const words = [readText(body?.code), inWords(body?.errors), readText(body?.message)].filter(Boolean);
  return words.length > 0 ? `HTTP ${response.status} ${quote(words.join(' '))}` : quoteResponse(response);
}

/** Absent for "no error": missing, null, blank, an empty list or map. */
function inWords(errors: unknown): string | undefined {
  if (typeof errors !== 'object' || errors === null) return readText(errors);
  return Object.keys(errors).length > 0 ? JSON.stringify(errors) : undefined;
}

/** SHOPLINE's support asks for it. */
function withTraceId(words: string, { headers }: HttpResponse): string {
  return headers.traceid ? `${words} (traceId ${quote(headers.traceid)})` : words;
}

import { isObject } from '../../../shared/is-object.ts';
import { quote, quoteResponse, readJsonObject } from '../answers.ts';
import type { HttpResponse, Outcome } from '../destination.ts';
import { readText } from '../values.ts';
import { type ErrorKind, errorKindOf, errorsAsText, kindOfText } from './errors.ts';
import type { Payload } from './payload.ts';

type Entry = Record<string, unknown>;

/** Mistakes in the configuration (token, scope, store, endpoint); the events are not at fault. */
const PAUSED: ReadonlySet<ErrorKind> = new Set(['unauthorized', 'forbidden', 'frozen', 'locked', 'redirect']);

/** One outcome per event when SHOPLINE's answer distinguishes them, else one for the batch. */
export function classify(response: HttpResponse, batch: readonly Payload[]): Outcome | Outcome[] {
  const body = readJsonObject(response.body);
  const isOk = response.status >= 200 && response.status < 300;
  const data = isObject(body?.data) ? body.data : undefined;
  if (isOk && Array.isArray(data?.events)) {
    const entries = data.events.filter(isObject);
    return entriesOf(batch, entries).map((entry) => outcomeOf(entry, response));
  }
  // Without events the answer is no success, so a message without a code is a failure too.
  const message = readText(body?.message);
  const isUncoded = body?.code === undefined && message !== undefined;
  const kind = errorKindOf(response) ?? (isUncoded ? kindOfText(message) : undefined);
  return kind ? outcomeOfKind(kind, response) : invalidResponse(response);
}

/**
 * The entry that answers each event: by position when all positions agree, else by the code and date it repeats. Events
 * without an entry may or may not have been accepted; only they are sent again, because the CDP counts every repeat.
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

/** An entry without code or date matches any event. */
function agrees({ event_code, event_date }: Entry, { event }: Payload): boolean {
  return (
    (event_code ?? event.event_code) === event.event_code &&
    String(event_date ?? event.event_date) === String(event.event_date)
  );
}

function outcomeOf(entry: Entry | undefined, response: HttpResponse): Outcome {
  if (!entry) return invalidResponse(response, 'the response does not list this event');
  const errors = errorsAsText(entry.errors);
  if (errors) return { kind: 'rejected', answer: withTraceId(quote(errors), response) };
  const remoteId = readText(entry.id);
  return { kind: 'delivered', ...(remoteId && { remoteId }) };
}

function outcomeOfKind(kind: ErrorKind, response: HttpResponse): Outcome {
  const answer = withTraceId(textOf(response), response);
  if (kind === 'throttled') return { kind: 'retry', reason: 'throttled', answer };
  if (kind === 'timeout') return { kind: 'retry', reason: 'no-answer', answer };
  if (kind === 'server-error') return { kind: 'retry', reason: 'server-error', answer };
  return PAUSED.has(kind) ? { kind: 'paused', answer } : { kind: 'rejected', answer };
}

const invalidResponse = (response: HttpResponse, text = quoteResponse(response)): Outcome => ({
  kind: 'retry',
  reason: 'invalid-response',
  answer: withTraceId(text, response),
});

/** `{errors}`, or `{code, message}`, in one line. */
function textOf(response: HttpResponse): string {
  const body = readJsonObject(response.body);
  const parts = [readText(body?.code), errorsAsText(body?.errors), readText(body?.message)].filter(Boolean);
  return parts.length > 0 ? `HTTP ${response.status} ${quote(parts.join(' '))}` : quoteResponse(response);
}

/** SHOPLINE's own code, and the trace ID that its support asks for. */
export function describeAnswer({ headers, body }: HttpResponse): { code?: string; requestId?: string } {
  const code = readText(readJsonObject(body)?.code);
  const { traceid } = headers;
  return { ...(code !== undefined && { code }), ...(traceid && { requestId: traceid }) };
}

/** SHOPLINE's support asks for the trace ID. */
function withTraceId(text: string, { headers }: HttpResponse): string {
  return headers.traceid ? `${text} (traceId ${quote(headers.traceid)})` : text;
}

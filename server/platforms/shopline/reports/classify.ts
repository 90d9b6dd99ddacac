import { isObject } from '../../../../shared/is-object.ts';
import { readJsonObject } from '../../../../shared/json.ts';
import { type ErrorKind, errorKindOf } from '../../../destinations/shopline/errors.ts';
import type { HttpResponse } from '../../../lib/http-client.ts';
import { adviceFor } from '../admin/advice.ts';
import { describeAnswer } from '../admin/describe-answer.ts';

/** The result of one call. */
export type Outcome =
  /** `count`: how many of the rows that were sent SHOPLINE accepted. */
  | { kind: 'accepted'; count: number }
  /** Something that was sent is wrong and stays wrong. */
  | { kind: 'refused'; answer: string }
  /** Nothing is known to be wrong with what was sent; further calls would fail as well for now. */
  | { kind: 'failed'; answer: string };

/** The answer counts the accepted rows and does not name them. */
export function classifyMarketing(response: HttpResponse): Outcome {
  const failure = failureOf(response);
  if (failure) return failure;
  const body = readJsonObject(response.body);
  const data = isObject(body?.data) ? body.data : {};
  // `sucess_count` is SHOPLINE's own spelling.
  const counts = [body, data].flatMap((place) => [place?.sucess_count, place?.success_count]);
  const count = counts.map(Number).find((value) => Number.isSafeInteger(value) && value >= 0);
  return count === undefined
    ? failed(response, 'the answer does not say how many rows were accepted')
    : { kind: 'accepted', count };
}

/** A call succeeds as a whole or not at all; the answer of a success holds nothing. */
export const classifyFlows = (response: HttpResponse, sent: number): Outcome =>
  failureOf(response) ?? { kind: 'accepted', count: sent };

const SCOPE = 'write_marketing_event';
const MOMENTARY: ReadonlySet<ErrorKind> = new Set(['throttled', 'timeout', 'server-error']);

/** undefined when nothing indicates a failure. */
function failureOf(response: HttpResponse): Outcome | undefined {
  const kind = errorKindOf(response);
  if (kind === undefined) {
    const isReadable = response.body.trim() === '' || readJsonObject(response.body) !== undefined;
    return isReadable ? undefined : failed(response, 'the answer is not JSON');
  }
  const advice = adviceFor(kind, SCOPE);
  if (advice !== undefined || MOMENTARY.has(kind)) return failed(response, advice);
  return { kind: 'refused', answer: describeAnswer(response) };
}

const failed = (response: HttpResponse, summary?: string): Outcome => ({
  kind: 'failed',
  answer: describeAnswer(response, summary),
});

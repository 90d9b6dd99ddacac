import type { HttpResponse } from '../../../lib/http-client.ts';
import type { AdminApi } from '../admin/api.ts';
import { describeAnswer } from '../admin/describe-answer.ts';
import type { Outcome } from './classify.ts';

/** What became of one item. */
export type SendResult = { traceId?: string } & (
  | { kind: 'accepted' }
  /** `accepted`: how many of the same call were accepted; SHOPLINE does not name them. */
  | { kind: 'refused'; answer: string; accepted: number }
  | { kind: 'failed'; answer: string }
);

/** One of SHOPLINE's calls for statistics. */
export interface Call {
  path: string;
  maxItems: number;
  body: (items: readonly unknown[]) => unknown;
  classify: (response: HttpResponse, sent: number) => Outcome;
}

/**
 * Sends items in as few calls as the API allows. When a call is refused, or accepted in part, SHOPLINE does not name the
 * items at fault, so each item of it is sent again on its own; that is safe because totals are absolute.
 *
 * @param areSuspect each item was refused on its own before: a call of which none is accepted is not split again.
 * @param onResult called call by call with the result of its items; `wasSent` is false for those after a failure.
 * @returns the answer of the failure that ended the run early, undefined when there was none.
 */
export async function sendAll<One extends { item: unknown }>(
  api: AdminApi,
  call: Call,
  items: readonly One[],
  areSuspect: boolean,
  onResult: (some: readonly One[], result: SendResult, wasSent: boolean) => Promise<void>,
): Promise<string | undefined> {
  async function sendInParts(some: readonly One[], size: number): Promise<string | undefined> {
    for (let from = 0; from < some.length; from += size) {
      const failure = await sendPart(some.slice(from, from + size));
      if (failure === undefined) continue;
      const rest = some.slice(from + size);
      if (rest.length > 0) await onResult(rest, { kind: 'failed', answer: failure }, false);
      return failure;
    }
    return undefined;
  }
  async function sendPart(part: readonly One[]): Promise<string | undefined> {
    const result = await exchange(api, call, part);
    const isFinal = part.length === 1 || (areSuspect && result.kind === 'refused' && result.accepted === 0);
    if (result.kind === 'refused' && !isFinal) return sendInParts(part, 1);
    await onResult(part, result, true);
    return result.kind === 'failed' ? result.answer : undefined;
  }
  return sendInParts(items, call.maxItems);
}

async function exchange(
  api: AdminApi,
  { path, body, classify }: Call,
  part: readonly { item: unknown }[],
): Promise<SendResult> {
  try {
    const response = await api.call({ method: 'POST', path, body: body(part.map(({ item }) => item)) });
    const result = resultOf(classify(response, part.length), part.length, response);
    const { traceid: traceId } = response.headers;
    return traceId === undefined ? result : { ...result, traceId };
  } catch (error) {
    return { kind: 'failed', answer: `no answer: ${(error as Error).message}` };
  }
}

function resultOf(outcome: Outcome, sent: number, response: HttpResponse): SendResult {
  if (outcome.kind === 'refused') return { ...outcome, accepted: 0 };
  if (outcome.kind === 'failed' || outcome.count >= sent) return outcome;
  const { count: accepted } = outcome;
  const answer = describeAnswer(response, `SHOPLINE accepted ${accepted} of ${sent}`);
  return { kind: 'refused', answer, accepted };
}

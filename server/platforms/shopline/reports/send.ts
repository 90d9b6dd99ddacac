import type { AdminApi } from '../admin/api.ts';
import { told } from '../admin/describe-answer.ts';
import type { Verdict } from './answers.ts';

/** What became of one thing that was to be sent. */
export type SendResult = { traceId?: string } & (
  | { kind: 'accepted' }
  /** `taken`: how many of those that were sent along were taken; SHOPLINE does not say which. */
  | { kind: 'refused'; words: string; taken: number }
  | { kind: 'failed'; words: string }
);

/** One of SHOPLINE's calls for statistics. */
export interface Call {
  path: string;
  maxItems: number;
  body: (items: readonly unknown[]) => unknown;
  judge: (answer: Awaited<ReturnType<AdminApi['call']>>, sent: number) => Verdict;
}

/**
 * Sends items in as few calls as the API takes. Where it took fewer than it was sent, or refused them together, it does
 * not say which: then each is sent by itself, which is harmless, for totals are whole.
 *
 * @param areSuspect each was refused by itself before, so when none is taken together, they are not asked about alone again.
 * @param fated told, call by call, what became of every item; `wasSent` is false for those that follow a failure.
 * @returns the words of a failure that ended everything early.
 */
export async function sendAll<One extends { item: unknown }>(
  api: AdminApi,
  call: Call,
  items: readonly One[],
  areSuspect: boolean,
  fated: (some: readonly One[], fate: SendResult, wasSent: boolean) => Promise<void>,
): Promise<string | undefined> {
  async function inParts(some: readonly One[], size: number): Promise<string | undefined> {
    for (let from = 0; from < some.length; from += size) {
      const part = some.slice(from, from + size);
      const failure = await sendPart(part);
      if (failure === undefined) continue;
      const rest = some.slice(from + size);
      if (rest.length > 0) await fated(rest, { kind: 'failed', words: failure }, false);
      return failure;
    }
    return undefined;
  }
  async function sendPart(part: readonly One[]): Promise<string | undefined> {
    const fate = await exchange(api, call, part);
    const isTold = part.length === 1 || (areSuspect && fate.kind === 'refused' && fate.taken === 0);
    if (fate.kind === 'refused' && !isTold) return inParts(part, 1);
    await fated(part, fate, true);
    return fate.kind === 'failed' ? fate.words : undefined;
  }
  return inParts(items, call.maxItems);
}

async function exchange(
  api: AdminApi,
  { path, body, judge }: Call,
  part: readonly { item: unknown }[],
): Promise<SendResult> {
  const sent = part.length;
  try {
    const answer = await api.call({ method: 'POST', path, body: body(part.map(({ item }) => item)) });
    const verdict = judge(answer, sent);
    const { traceid: traceId } = answer.headers;
    const fate = fateOf(verdict, sent, (ours) => told(answer, ours));
    return traceId === undefined ? fate : { ...fate, traceId };
  } catch (error) {
    return { kind: 'failed', words: `no answer: ${(error as Error).message}` };
  }
}

function fateOf(verdict: Verdict, sent: number, words: (ours: string) => string): SendResult {
  if (verdict.kind === 'refused') return { ...verdict, taken: 0 };
  if (verdict.kind === 'failed' || verdict.count >= sent) return verdict;
  const { count: taken } = verdict;
  return { kind: 'refused', words: words(`SHOPLINE took ${taken} of ${sent}`), taken };
}

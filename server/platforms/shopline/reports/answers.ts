import { isObject } from '../../../../shared/message.ts';
import type { AdminApi } from '../admin/api.ts';
import { told } from '../admin/describe-answer.ts';

type Answer = Awaited<ReturnType<AdminApi['call']>>;

/** What one call came to. */
export type Verdict =
  /** `count`: how many of what was sent were taken. */
  | { kind: 'accepted'; count: number }
  /** Something that was sent is wrong, and will be wrong the next time. */
  | { kind: 'refused'; words: string }
  /** Nothing is known to be wrong with what was sent; further calls would fare no better now. */
  | { kind: 'failed'; words: string };

/** The answer counts what was taken, and does not say which. */
export function judgeMarketing(answer: Answer): Verdict {
  const verdict = judge(answer);
  if (verdict) return verdict;
  const body = readObject(answer.body);
  const data = isObject(body?.data) ? body.data : {};
  // SHOPLINE's own spelling first.
  const said = [body, data].flatMap((place) => [place?.sucess_count, place?.success_count]);
  const count = said.map(Number).find((value) => Number.isSafeInteger(value) && value >= 0);
  return count === undefined
    ? { kind: 'failed', words: told(answer, 'the answer does not say how many rows were taken') }
    : { kind: 'accepted', count };
}

/** All of a call or nothing; the answer of success says nothing. */
export const judgeFlows = (answer: Answer, sent: number): Verdict =>
  judge(answer) ?? { kind: 'accepted', count: sent };

/** undefined: nothing speaks against success. */
function judge(answer: Answer): Verdict | undefined {
  const { status } = answer;
  if (status < 200 || status >= 300) return byStatus(status, answer);
  if (answer.body.trim() === '') return undefined;
  const body = readObject(answer.body);
  if (!body) return { kind: 'failed', words: told(answer, 'the answer is not JSON') };
  const { code } = body;
  if (body.message === undefined || isSuccess(code)) return undefined;
  // Some failures come as HTTP 200 around a code, which may be a status.
  return byStatus(Number(code), answer);
}

const isSuccess = (code: unknown) =>
  code === undefined || code === null || ['200', '0', 'SUCCESS'].includes(String(code));

/** Too often, too much at a time, or no fault of ours: SHOPLINE's own 434 and 435 are guards against floods. */
const MOMENTARY: ReadonlySet<number> = new Set([408, 429, 434, 435]);
/** What an operator has to mend before anything else gets through. */
const TO_MEND: Readonly<Record<number, string>> = {
  401: 'SHOPLINE refuses the access token: set SHOPLINE_ACCESS_TOKEN to a valid one',
  402: 'SHOPLINE has frozen the store',
  403: 'the access token may not report statistics: give its app the scope write_marketing_event',
  404: 'SHOPLINE knows no such call: look at SHOPLINE_HANDLE, SHOPLINE_ENDPOINT and SHOPLINE_API_VERSION',
  423: 'SHOPLINE has locked the store',
  433: 'SHOPLINE blocks this address',
  436: 'SHOPLINE’s security policy blocks this address',
};

function byStatus(status: number, answer: Answer): Verdict {
  const toMend = TO_MEND[status];
  if (toMend !== undefined) return { kind: 'failed', words: told(answer, toMend) };
  if (status < 400) return { kind: 'failed', words: told(answer, 'a redirect: look at SHOPLINE_ENDPOINT') };
  if (MOMENTARY.has(status) || (status >= 500 && status < 600))
    return { kind: 'failed', words: told(answer) };
  return { kind: 'refused', words: told(answer) };
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

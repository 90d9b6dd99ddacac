import { z } from 'zod';
import { quote, quoteResponse, readJsonObject } from '../answers.ts';
import type { HttpResponse, Outcome, Wait } from '../destination.ts';
import { readText } from '../values.ts';

/** TikTok reports almost every error as HTTP 200 with a `code` other than 0. */
const Answer = z.object({
  code: z.int(),
  message: z.unknown().optional(),
  request_id: z.unknown().optional(),
  data: z.unknown().optional(),
});
type Answer = z.infer<typeof Answer>;

const DUPLICATE = 40050;
const PARTIAL = 20001;
const THROTTLED: ReadonlySet<number> = new Set([40016, 40100, 40132, 40133, 61000]);
const TRANSIENT: ReadonlySet<number> = new Set([40202, 40700, 60001]);
/** Token, permission or configuration; the event is not at fault. */
const PAUSED: ReadonlySet<number> = new Set([
  40001, 40101, 40102, 40104, 40105, 40106, 40113, 40117, 40118, 40124, 40125, 40130, 41000, 41001,
]);

/** One outcome for the whole batch: TikTok never names the event at fault. */
export function classify(response: HttpResponse): Outcome {
  const { status } = response;
  const parsed = Answer.safeParse(readJsonObject(response.body));
  const answer = parsed.success ? parsed.data : undefined;
  const isSuccess = status >= 200 && status < 300;
  if (status >= 500) return { kind: 'retry', reason: 'server-error', answer: quoteResponse(response) };
  if (status === 429) return throttled(quoteResponse(response));
  // An error status with code 0 is not a success.
  if (answer && (isSuccess || answer.code !== 0)) return byCode(answer);
  if (isSuccess) return { kind: 'retry', reason: 'invalid-response', answer: quoteResponse(response) };
  return byStatus(response);
}

/** TikTok's own code and its id of the request, which its support asks for. */
export function describeAnswer({ body }: HttpResponse): { code?: string; requestId?: string } {
  const { data } = Answer.safeParse(readJsonObject(body));
  const requestId = readText(data?.request_id);
  return { ...(data && { code: `${data.code}` }), ...(requestId !== undefined && { requestId }) };
}

function byCode(answer: Answer): Outcome {
  const { code } = answer;
  const message = messageOf(answer);
  if (code === 0 || code === DUPLICATE) return { kind: 'delivered' };
  if (code === PARTIAL)
    return { kind: 'delivered', warning: `${message} ${quote(JSON.stringify(answer.data) ?? '')}`.trim() };
  if (THROTTLED.has(code)) return throttled(message);
  if (PAUSED.has(code)) return { kind: 'paused', answer: message };
  if (TRANSIENT.has(code) || (code >= 50_000 && code < 70_000))
    return { kind: 'retry', reason: 'server-error', answer: message };
  if (code >= 40_000 && code < 50_000) return { kind: 'rejected', answer: message };
  return { kind: 'retry', reason: 'invalid-response', answer: message };
}

/** A 4xx without a code comes from a server in front of TikTok's application. */
function byStatus(response: HttpResponse): Outcome {
  const answer = quoteResponse(response);
  if (response.status === 408) return { kind: 'retry', reason: 'no-answer', answer };
  const isOurConfiguration = response.status < 400 || response.status === 401 || response.status === 403;
  return isOurConfiguration ? { kind: 'paused', answer } : { kind: 'rejected', answer };
}

const throttled = (answer: string): Outcome => ({
  kind: 'retry',
  reason: 'throttled',
  wait: waitNamedIn(answer),
  answer,
});

/** Only the message names the limit that was exceeded: per second, per minute or per day. */
function waitNamedIn(message: string): Wait {
  if (/\b(day|daily|qpd)\b/i.test(message)) return 'until-midnight-utc';
  return { ms: /\b(minute|qpm)\b/i.test(message) ? 5 * 60_000 : 1000 };
}

function messageOf({ code, message, request_id }: Answer): string {
  const request = readText(request_id);
  return `${code} ${quote(readText(message) ?? '')}${request ? ` (request_id ${quote(request)})` : ''}`;
}

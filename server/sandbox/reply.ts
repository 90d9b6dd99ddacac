import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type Fault, replacesAnswer } from './faults.ts';
import type { ValidationResult } from './stand-in.ts';

/** The result of a request that the API did not see. */
export const UNSEEN: ValidationResult = { status: 200, answer: {}, accepted: [], refused: [] };

/** True when the API does not see the request. */
export const hidesRequest = (fault: Fault | undefined): boolean =>
  fault !== undefined && replacesAnswer(fault) && fault.after !== 'accept';

/** The response after the fault is applied; undefined when there is none. */
export function faultyAnswer(
  result: ValidationResult,
  fault: Fault = {},
): { status: number; headers: Record<string, string>; answer: unknown } | undefined {
  if (fault.hang || fault.reset === 'before-answer') return undefined;
  return {
    status: fault.status ?? result.status,
    headers: { ...result.headers, ...fault.headers },
    answer: fault.body ?? (fault.status === undefined ? result.answer : ''),
  };
}

/** Sends the response, or breaks the connection as scripted. Returns early when the API is stopped meanwhile. */
export async function reply(
  response: ServerResponse,
  sent: ReturnType<typeof faultyAnswer>,
  fault: Fault = {},
  stopped: AbortSignal,
): Promise<void> {
  if (fault.delayMs) await wait(fault.delayMs, undefined, { signal: stopped }).catch(() => undefined);
  if (response.destroyed || stopped.aborted || fault.hang) return;
  if (!sent) {
    response.socket?.resetAndDestroy();
    return;
  }
  const isText = typeof sent.answer === 'string';
  const body = Buffer.from(isText ? String(sent.answer) : JSON.stringify(sent.answer));
  response.statusCode = sent.status;
  response.setHeader('Content-Type', isText ? 'text/html' : 'application/json; charset=utf-8');
  for (const [name, value] of Object.entries(sent.headers)) response.setHeader(name, value);
  if (fault.reset !== 'mid-body') {
    response.end(body);
    return;
  }
  response.setHeader('Content-Length', body.length);
  response.write(body.subarray(0, Math.ceil(body.length / 2)), () => response.socket?.resetAndDestroy());
}

import { readJsonObject } from '../answers.ts';
import type { HttpResponse } from '../destination.ts';
import { readText } from '../values.ts';

/** Why SHOPLINE's Admin API refused a request, whichever call it was. */
export type ErrorKind =
  /** 401: the access token is invalid or expired. */
  | 'unauthorized'
  /** 403: the access token lacks a scope. */
  | 'forbidden'
  /** 402: the store is frozen. */
  | 'frozen'
  /** 423: the store is locked. */
  | 'locked'
  /** 3xx: the endpoint is not the API's. */
  | 'redirect'
  | 'not-found'
  /** 433, 436: the address of this server is blocked. */
  | 'blocked'
  /** 429, 503, and 434 and 435, which protect SHOPLINE from floods. */
  | 'throttled'
  | 'timeout'
  | 'server-error'
  /** Everything else: what was sent is wrong and stays wrong. */
  | 'refused';

const KINDS: Readonly<Record<number, ErrorKind>> = {
  401: 'unauthorized',
  402: 'frozen',
  403: 'forbidden',
  404: 'not-found',
  408: 'timeout',
  423: 'locked',
  429: 'throttled',
  433: 'blocked',
  434: 'throttled',
  435: 'throttled',
  436: 'blocked',
  503: 'throttled',
};

/**
 * The one classifier of SHOPLINE's error answers: the CDP destination and every other call to the Admin API use it.
 * Some failures are HTTP 200 around `{code, message}` or `{errors}`; the code may be a status, else the text decides.
 *
 * @returns undefined when nothing in the answer indicates a failure.
 */
export function errorKindOf({ status, body }: HttpResponse): ErrorKind | undefined {
  if (status < 200 || status >= 300) return kindOfStatus(status);
  const { code, message, errors } = readJsonObject(body) ?? {};
  const errorText = errorsAsText(errors);
  const messageText = readText(message);
  if (errorText === undefined && (messageText === undefined || isSuccessCode(code))) return undefined;
  const codeStatus = Number(code);
  return codeStatus >= 400 && codeStatus < 600
    ? kindOfStatus(codeStatus)
    : kindOfText([readText(code), errorText, messageText].filter(Boolean).join(' '));
}

/** `errors` is a text, a list or a map; undefined for "no error": missing, null, blank, an empty list or map. */
export function errorsAsText(errors: unknown): string | undefined {
  if (typeof errors !== 'object' || errors === null) return readText(errors);
  return Object.keys(errors).length > 0 ? JSON.stringify(errors) : undefined;
}

function kindOfStatus(status: number): ErrorKind {
  if (status < 400) return 'redirect';
  return KINDS[status] ?? (status >= 500 ? 'server-error' : 'refused');
}

/** For a failure whose code is not a status. */
export function kindOfText(text: string): ErrorKind {
  if (/token|unauthori/i.test(text)) return 'unauthorized';
  if (/permission|forbidden|scope|not qualified/i.test(text)) return 'forbidden';
  if (/frozen/i.test(text)) return 'frozen';
  if (/locked/i.test(text)) return 'locked';
  if (/too many|rate limit|frequen|throttl/i.test(text)) return 'throttled';
  return /system|internal|busy|time.?out|unavailable|try again/i.test(text) ? 'server-error' : 'refused';
}

const isSuccessCode = (code: unknown) => ['200', '0', 'SUCCESS'].includes(String(code ?? '200'));

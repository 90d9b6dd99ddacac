import { createHmac } from 'node:crypto';
import type { Credentials } from '../credentials.ts';
import { type ApiRequest, refuse, type ValidationResult } from '../stand-in.ts';
import type { Tokens } from './tokens.ts';

export const REFRESH_PATH = '/admin/oauth/token/refresh';
const TOLERANCE_MS = 10 * 60_000;

/** The refusal of a token refresh; undefined when the request is signed correctly. */
export function refreshRefusal(
  { headers, body, isJson }: ApiRequest,
  { appKey, appSecret }: Credentials['shopline'],
  nowMs: number,
): ValidationResult | undefined {
  const refused = (i18nCode: string, message: string) =>
    refuse(401, { code: 401, i18nCode, message }, [body], message);
  const { appkey, timestamp = '', sign } = headers;
  if (appkey !== appKey) return refused('APP_KEY_INVALID', 'appkey: unknown app');
  if (!/^\d{13}$/.test(timestamp))
    return refused('TIMESTAMP_INVALID', 'timestamp: not 13 digits of milliseconds');
  if (Math.abs(nowMs - Number(timestamp)) > TOLERANCE_MS)
    return refused('TIMESTAMP_INVALID', 'timestamp: more than 10 minutes away');
  const text = isJson ? JSON.stringify(body) : String(body);
  if (sign !== createHmac('sha256', appSecret).update(`${text}${timestamp}`).digest('hex'))
    return refused('SIGN_INVALID', 'sign: not the HMAC-SHA256 of body and timestamp');
  return undefined;
}

export function answerRefresh(tokens: Tokens, scopes: readonly string[]): ValidationResult {
  const { accessToken, expiresAtMs } = tokens.refresh();
  const data = { accessToken, expireTime: new Date(expiresAtMs).toISOString(), scope: scopes.join(',') };
  return { status: 200, answer: { code: 200, i18nCode: 'SUCCESS', data }, accepted: [], refused: [] };
}

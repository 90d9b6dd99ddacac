import { z } from 'zod';
import { readJson } from '../../../../shared/json.ts';
import type { ShoplineAdmin } from '../../../config/config.ts';
import type { Http } from '../../../lib/http-client.ts';
import { sign } from '../admin/sign.ts';
import { readAppToken, type Token } from './token.ts';

/** What a token renewal needs. */
export interface App extends Pick<ShoplineAdmin, 'endpoint'> {
  appKey: string;
  appSecret: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The documented lifetime of an app's token. */
const DEFAULT_LIFETIME_MS = 10 * HOUR_MS;

const Answer = z.object({
  code: z.union([z.literal(200), z.literal('200')]),
  data: z.object({
    accessToken: z.string().regex(/^[\x21-\x7e]{8,8192}$/),
    expireTime: z.union([z.string(), z.number()]).optional(),
  }),
});
const Codes = z.object({ code: z.unknown(), i18nCode: z.unknown() }).partial();

/** SHOPLINE issued no new token. The message gives status and codes and never contains a token. */
export class RefreshFailed extends Error {
  override name = 'RefreshFailed';
}

/**
 * Requests a new token from SHOPLINE; the previous one stays valid for five minutes.
 *
 * @throws {RefreshFailed}, and `NoAnswer` from `http`.
 * @see https://developer.shopline.com/docs/apps/api-instructions-for-use/app-authorization (July 2026)
 */
export async function refreshToken(app: App, http: Http, now: () => number): Promise<Token> {
  const requestedAtMs = now();
  const answer = await http({
    method: 'POST',
    url: `${app.endpoint}/admin/oauth/token/refresh`,
    headers: {
      appkey: app.appKey,
      timestamp: String(requestedAtMs),
      sign: sign('', requestedAtMs, app.appSecret),
      'Content-Type': 'application/json',
    },
    body: '',
  });
  const body = readJson(answer.body);
  const parsed = Answer.safeParse(body);
  if (answer.status !== 200 || !parsed.success)
    throw new RefreshFailed(`HTTP ${answer.status} ${codesIn(body)}`.trim());
  const { accessToken: text, expireTime = '' } = parsed.data.data;
  const expiryMs = new Date(expireTime).getTime();
  const isUsable = expiryMs > requestedAtMs && expiryMs <= requestedAtMs + DAY_MS;
  const expiresAtMs = isUsable ? expiryMs : requestedAtMs + DEFAULT_LIFETIME_MS;
  return readAppToken(text) ?? { text, issuedAtMs: requestedAtMs, expiresAtMs };
}

/** Only the codes of the answer: its message may quote the token. */
function codesIn(body: unknown): string {
  const { code, i18nCode } = Codes.safeParse(body).data ?? {};
  return [code, i18nCode].filter((word) => /^\w{1,60}$/.test(String(word ?? ''))).join(' ');
}

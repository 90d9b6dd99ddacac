import { z } from 'zod';
import type { ShoplineAdmin } from '../../../config/config.ts';
import type { Http } from '../../../lib/http-client.ts';
import { sign } from '../admin/sign.ts';
import { readAppToken, type Token } from './token.ts';

/** What renewing a token takes. */
export interface App extends Pick<ShoplineAdmin, 'endpoint'> {
  appKey: string;
  appSecret: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What the documentation gives every app's token. */
const USUAL_LIFE_MS = 10 * HOUR_MS;

const Answer = z.object({
  code: z.union([z.literal(200), z.literal('200')]),
  data: z.object({
    accessToken: z.string().regex(/^[\x21-\x7e]{8,8192}$/),
    expireTime: z.union([z.string(), z.number()]).optional(),
  }),
});
const Codes = z.object({ code: z.unknown(), i18nCode: z.unknown() }).partial();

/** SHOPLINE gave no new token. The message says why, without any token in it. */
export class NotRefreshed extends Error {
  override name = 'NotRefreshed';
}

/**
 * Asks SHOPLINE for a new token; the one before lives five more minutes.
 *
 * @throws {NotRefreshed} and whatever `http` rejects with.
 * @see https://developer.shopline.com/docs/apps/api-instructions-for-use/app-authorization (July 2026)
 */
export async function refreshToken(app: App, http: Http, now: () => number): Promise<Token> {
  const askedAtMs = now();
  const answer = await http({
    method: 'POST',
    url: `${app.endpoint}/admin/oauth/token/refresh`,
    headers: {
      appkey: app.appKey,
      timestamp: String(askedAtMs),
      sign: sign('', askedAtMs, app.appSecret),
      'Content-Type': 'application/json',
    },
    body: '',
  });
  const body = readJson(answer.body);
  const parsed = Answer.safeParse(body);
  if (answer.status !== 200 || !parsed.success)
    throw new NotRefreshed(`HTTP ${answer.status} ${codesIn(body)}`.trim());
  const { accessToken: text, expireTime = '' } = parsed.data.data;
  const saidMs = new Date(expireTime).getTime();
  const isUsable = saidMs > askedAtMs && saidMs <= askedAtMs + DAY_MS;
  const expiresAtMs = isUsable ? saidMs : askedAtMs + USUAL_LIFE_MS;
  return readAppToken(text) ?? { text, issuedAtMs: askedAtMs, expiresAtMs };
}

/** SHOPLINE's codes alone: its other words may quote what it was sent. */
function codesIn(body: unknown): string {
  const { code, i18nCode } = Codes.safeParse(body).data ?? {};
  return [code, i18nCode].filter((word) => /^\w{1,60}$/.test(String(word ?? ''))).join(' ');
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

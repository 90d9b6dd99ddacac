import { createHmac } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import {
  createSandbox,
  SANDBOX_CREDENTIALS,
  type Sandbox,
  shoplineToken,
} from '../../server/sandbox/index.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.UTC(2026, 2, 1);
const { accessToken, appKey, appSecret, storeId } = SANDBOX_CREDENTIALS.shopline;

/** A shop whose clock the test moves. */
async function open(token = accessToken) {
  const clock = { nowMs: START_MS };
  const sandbox = await createSandbox({
    clock: () => clock.nowMs,
    credentials: { shopline: { accessToken: token } },
  });
  onTestFinished(() => sandbox.close());
  return { clock, sandbox };
}

async function refresh(
  sandbox: Sandbox,
  timestampMs: number,
  change: Record<string, string> = {},
  body = '',
) {
  const timestamp = String(timestampMs);
  const response = await fetch(`${sandbox.urls.shopline}/admin/oauth/token/refresh`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      appkey: appKey,
      timestamp,
      sign: createHmac('sha256', appSecret).update(`${body}${timestamp}`).digest('hex'),
      ...change,
    },
    ...(body && { body }),
  });
  return { status: response.status, answer: (await response.json()) as Answer };
}
interface Answer {
  code: number;
  i18nCode: string;
  message?: string;
  data?: { accessToken: string; expireTime: string; scope: string };
}

/** Asks for orders, which any valid token may. */
async function knock(sandbox: Sandbox, token: string): Promise<number> {
  const response = await fetch(`${sandbox.urls.shopline}/admin/openapi/v20260301/orders.json`, {
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json; charset=utf-8' },
  });
  return response.status;
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

test('a signed request is answered with a new token, shaped and dated as documented', async () => {
  const { clock, sandbox } = await open();
  const { status, answer } = await refresh(sandbox, clock.nowMs);
  expect(status).toBe(200);
  expect(answer).toEqual({
    code: 200,
    i18nCode: 'SUCCESS',
    data: {
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{86}$/),
      expireTime: new Date(START_MS + 10 * HOUR_MS).toISOString(),
      scope: 'read_data_report,write_marketing_event,read_orders,read_script_tags,write_script_tags',
    },
  });
  expect(claimsOf(answer.data?.accessToken ?? '')).toMatchObject({
    appKey,
    storeId,
    timestamp: START_MS,
    exp: (START_MS + 10 * HOUR_MS) / 1000,
  });
});

test('the old token lives five more minutes; the new one ten hours', async () => {
  const { clock, sandbox } = await open();
  const { answer } = await refresh(sandbox, clock.nowMs);
  const fresh = answer.data?.accessToken ?? '';
  expect([await knock(sandbox, accessToken), await knock(sandbox, fresh)]).toEqual([200, 200]);
  clock.nowMs += 5 * MINUTE_MS - 1;
  expect(await knock(sandbox, accessToken)).toBe(200);
  clock.nowMs += 1;
  expect([await knock(sandbox, accessToken), await knock(sandbox, fresh)]).toEqual([401, 200]);
  clock.nowMs = START_MS + 10 * HOUR_MS;
  expect(await knock(sandbox, fresh)).toBe(401);
});

test('tokens asked for within one millisecond differ, and the newest outlives the others', async () => {
  const { clock, sandbox } = await open();
  const tokens = [];
  for (let index = 0; index < 2; index++)
    tokens.push((await refresh(sandbox, clock.nowMs)).answer.data?.accessToken ?? '');
  clock.nowMs += 6 * MINUTE_MS;
  const [first = '', second = ''] = tokens;
  expect([await knock(sandbox, first), await knock(sandbox, second)]).toEqual([401, 200]);
});

test('a first token that expires does so by the clock, and can be exchanged even afterwards', async () => {
  const expiring = shoplineToken({ appKey, storeId }, START_MS, HOUR_MS);
  const { clock, sandbox } = await open(expiring);
  clock.nowMs += HOUR_MS - 1;
  expect(await knock(sandbox, expiring)).toBe(200);
  clock.nowMs += 1;
  expect(await knock(sandbox, expiring)).toBe(401);
  const { answer } = await refresh(sandbox, clock.nowMs);
  expect(await knock(sandbox, answer.data?.accessToken ?? '')).toBe(200);
  expect(await knock(sandbox, expiring)).toBe(401);
});

test('clearing the sandbox keeps its tokens', async () => {
  const { clock, sandbox } = await open();
  const { answer } = await refresh(sandbox, clock.nowMs);
  clock.nowMs += 6 * MINUTE_MS;
  sandbox.clear();
  expect(await knock(sandbox, answer.data?.accessToken ?? '')).toBe(200);
  expect(await knock(sandbox, accessToken)).toBe(401);
});

test('the body is part of what is signed', async () => {
  const { clock, sandbox } = await open();
  expect((await refresh(sandbox, clock.nowMs, {}, '{}')).status).toBe(200);
  const ofNothing = createHmac('sha256', appSecret).update(String(clock.nowMs)).digest('hex');
  expect((await refresh(sandbox, clock.nowMs, { sign: ofNothing }, '{}')).status).toBe(401);
});

test.each<{ case: string; skewMs?: number; change?: Record<string, string>; says: string }>([
  { case: 'another app', change: { appkey: 'other' }, says: 'appkey' },
  { case: 'no signature', change: { sign: '' }, says: 'sign' },
  { case: 'an upper-case signature', change: { sign: sign(START_MS).toUpperCase() }, says: 'sign' },
  { case: 'a signature of another time', change: { sign: sign(START_MS + 1) }, says: 'sign' },
  { case: 'seconds', change: { timestamp: '1772323200' }, says: 'timestamp' },
  { case: 'a time 10 minutes and a bit ago', skewMs: -10 * MINUTE_MS - 1, says: 'timestamp' },
  { case: 'a time 10 minutes and a bit ahead', skewMs: 10 * MINUTE_MS + 1, says: 'timestamp' },
])('$case is refused, and no token changes', async ({ skewMs = 0, change, says }) => {
  const { clock, sandbox } = await open();
  const { status, answer } = await refresh(sandbox, clock.nowMs + skewMs, change);
  expect([status, answer.code, answer.message]).toEqual([401, 401, expect.stringContaining(says)]);
  clock.nowMs += 6 * MINUTE_MS;
  expect(await knock(sandbox, accessToken)).toBe(200);
});

test('10 minutes away is near enough', async () => {
  const { clock, sandbox } = await open();
  expect((await refresh(sandbox, clock.nowMs - 10 * MINUTE_MS)).status).toBe(200);
  expect((await refresh(sandbox, clock.nowMs + 10 * MINUTE_MS)).status).toBe(200);
});

function sign(timestampMs: number): string {
  return createHmac('sha256', appSecret).update(String(timestampMs)).digest('hex');
}

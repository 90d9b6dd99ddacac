import { createHmac } from 'node:crypto';
import { SANDBOX_CREDENTIALS } from '../../../server/sandbox/index.ts';
import { ADMIN_TOKEN, basic, SHOP_ORIGIN, WRITE_KEY } from '../../support/shop.ts';
import type { BrowserHappening, Happening } from './happening.ts';

export const APP_SECRET = SANDBOX_CREDENTIALS.shopline.appSecret;
export const SIGNING_KEY = 'whsec_of_the_story';

export interface SendOptions {
  /** Requests on their way at one time. */
  atOnce: number;
  /** Stops sending; what was not answered 200 by then is left. */
  signal?: AbortSignal;
  /** After each answer of 200. */
  answered?: (count: number) => void;
}

/**
 * Sends them in order, as far as `atOnce` keeps one.
 *
 * @returns what was not answered 200, in order.
 * @throws when an answer is anything but 200, unless the sending was stopped.
 */
export async function send(
  base: string,
  happenings: readonly Happening[],
  { atOnce, signal, answered = () => {} }: SendOptions,
): Promise<Happening[]> {
  const left = new Set(happenings);
  const waiting = happenings.values();
  let count = 0;
  const sendNext = async () => {
    for (const happening of waiting) {
      if (signal?.aborted) return;
      try {
        await sendOne(base, happening);
      } catch (error) {
        if (signal?.aborted) return;
        throw error;
      }
      left.delete(happening);
      answered(++count);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sendNext));
  return [...left];
}

/** So that what is never answered is told by its name. */
const inTime = () => AbortSignal.timeout(30_000);

/** @throws when it was not taken whole. */
async function sendOne(base: string, happening: Happening): Promise<void> {
  const response = await request(base, happening);
  const answer = await response.text();
  const isTaken = response.status === 200 && (happening.kind !== 'browser' || /"rejected":\[\]/.test(answer));
  if (!isTaken) throw new Error(`${happening.kind} was answered ${response.status}: ${answer.slice(0, 500)}`);
}

function request(base: string, happening: Happening): Promise<Response> {
  const json = { 'content-type': 'application/json' };
  const post = (path: string, headers: Record<string, string>, body: string) =>
    fetch(base + path, { method: 'POST', headers: { ...json, ...headers }, body, signal: inTime() });
  switch (happening.kind) {
    case 'browser': {
      const headers = { authorization: basic(WRITE_KEY), origin: SHOP_ORIGIN, ...happening.headers };
      return post('/v1/batch', headers, JSON.stringify({ batch: happening.batch }));
    }
    case 'shopline': {
      const body = JSON.stringify(happening.payload);
      const headers = {
        'x-shopline-topic': happening.topic,
        'x-shopline-hmac-sha256': createHmac('sha256', APP_SECRET).update(body).digest('hex'),
        'x-shopline-shop-domain': 'sandbox.myshopline.com',
        'x-shopline-shop-id': '1658921299465',
        'x-shopline-merchant-id': '4200000001',
        'x-shopline-api-version': 'v20260301',
        'x-shopline-webhook-id': happening.webhookId,
      };
      return post('/v1/webhooks/shopline', headers, body);
    }
    case 'customerio': {
      const body = JSON.stringify(happening.payload);
      const seconds = String(Math.floor(Date.now() / 1000));
      const signature = createHmac('sha256', SIGNING_KEY).update(`v0:${seconds}:${body}`).digest('hex');
      const headers = { 'x-cio-timestamp': seconds, 'x-cio-signature': signature };
      return post('/v1/webhooks/customerio', headers, body);
    }
    case 'costs':
      return fetch(`${base}/admin/marketing-costs`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'text/csv' },
        body: happening.csv,
        signal: inTime(),
      });
  }
}

/** Fewer requests: what browsers with the same headers sent goes together, up to `most` messages. */
export function bundled(happenings: readonly Happening[], most = 100): Happening[] {
  const bundles: Happening[] = [];
  const open = new Map<string, BrowserHappening>();
  for (const happening of happenings) {
    if (happening.kind !== 'browser') {
      bundles.push(happening);
      continue;
    }
    const key = JSON.stringify(happening.headers);
    const bundle = open.get(key);
    if (bundle && bundle.batch.length + happening.batch.length <= most) {
      bundle.batch.push(...happening.batch);
      continue;
    }
    const next = { ...happening, batch: [...happening.batch] };
    open.set(key, next);
    bundles.push(next);
  }
  return bundles;
}

/** Reports now what has changed. */
export const sync = (base: string) =>
  fetch(`${base}/admin/statistics/sync`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: '{}',
    signal: inTime(),
  });

import { createHmac } from 'node:crypto';
import { SANDBOX_CREDENTIALS } from '../../../server/sandbox/index.ts';
import { ADMIN_TOKEN, basic, SHOP_ORIGIN, WRITE_KEY } from '../../support/shop.ts';
import type { BrowserEvent, ScenarioEvent } from './event.ts';

export const APP_SECRET = SANDBOX_CREDENTIALS.shopline.appSecret;
export const SIGNING_KEY = 'whsec_of_the_scenario';

export interface SendOptions {
  /** Concurrent requests. */
  atOnce: number;
  /** Stops sending. */
  signal?: AbortSignal;
  /** Called after each 200. */
  answered?: (count: number) => void;
}

/**
 * Sends the events in order, up to `atOnce` at a time.
 *
 * @returns the events that were not answered with 200, in order.
 * @throws on any other answer, unless sending was stopped.
 */
export async function send(
  base: string,
  events: readonly ScenarioEvent[],
  { atOnce, signal, answered = () => {} }: SendOptions,
): Promise<ScenarioEvent[]> {
  const left = new Set(events);
  const waiting = events.values();
  let count = 0;
  const sendNext = async () => {
    for (const event of waiting) {
      if (signal?.aborted) return;
      try {
        await sendOne(base, event);
      } catch (error) {
        if (signal?.aborted) return;
        throw error;
      }
      left.delete(event);
      answered(++count);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sendNext));
  return [...left];
}

/** A request without an answer fails by name, before the test times out. */
const inTime = () => AbortSignal.timeout(30_000);

/** @throws when it was not accepted in full. */
async function sendOne(base: string, event: ScenarioEvent): Promise<void> {
  const response = await request(base, event);
  const answer = await response.text();
  const isTaken = response.status === 200 && (event.kind !== 'browser' || /"rejected":\[\]/.test(answer));
  if (!isTaken) throw new Error(`${event.kind} was answered ${response.status}: ${answer.slice(0, 500)}`);
}

function request(base: string, event: ScenarioEvent): Promise<Response> {
  const json = { 'content-type': 'application/json' };
  const post = (path: string, headers: Record<string, string>, body: string) =>
    fetch(base + path, { method: 'POST', headers: { ...json, ...headers }, body, signal: inTime() });
  switch (event.kind) {
    case 'browser': {
      const headers = { authorization: basic(WRITE_KEY), origin: SHOP_ORIGIN, ...event.headers };
      return post('/v1/batch', headers, JSON.stringify({ batch: event.batch }));
    }
    case 'shopline': {
      const body = JSON.stringify(event.payload);
      const headers = {
        'x-shopline-topic': event.topic,
        'x-shopline-hmac-sha256': createHmac('sha256', APP_SECRET).update(body).digest('hex'),
        'x-shopline-shop-domain': 'sandbox.myshopline.com',
        'x-shopline-shop-id': '1658921299465',
        'x-shopline-merchant-id': '4200000001',
        'x-shopline-api-version': 'v20260301',
        'x-shopline-webhook-id': event.webhookId,
      };
      return post('/v1/webhooks/shopline', headers, body);
    }
    case 'customerio': {
      const body = JSON.stringify(event.payload);
      const seconds = String(Math.floor(Date.now() / 1000));
      const signature = createHmac('sha256', SIGNING_KEY).update(`v0:${seconds}:${body}`).digest('hex');
      const headers = { 'x-cio-timestamp': seconds, 'x-cio-signature': signature };
      return post('/v1/webhooks/customerio', headers, body);
    }
    case 'costs':
      return fetch(`${base}/admin/marketing-costs`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'text/csv' },
        body: event.csv,
        signal: inTime(),
      });
  }
}

/** Merges batches of browsers with the same headers, up to `most` messages each: fewer requests. */
export function bundled(events: readonly ScenarioEvent[], most = 100): ScenarioEvent[] {
  const bundles: ScenarioEvent[] = [];
  const open = new Map<string, BrowserEvent>();
  for (const event of events) {
    if (event.kind !== 'browser') {
      bundles.push(event);
      continue;
    }
    const key = JSON.stringify(event.headers);
    const bundle = open.get(key);
    if (bundle && bundle.batch.length + event.batch.length <= most) {
      bundle.batch.push(...event.batch);
      continue;
    }
    const next = { ...event, batch: [...event.batch] };
    open.set(key, next);
    bundles.push(next);
  }
  return bundles;
}

/** Requests a report of what has changed. */
export const sync = (base: string) =>
  fetch(`${base}/admin/statistics/sync`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: '{}',
    signal: inTime(),
  });

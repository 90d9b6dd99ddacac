import { createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express, { type Router } from 'express';
import { onTestFinished } from 'vitest';
import { createAdminApp } from '../../server/app.ts';
import type { Config } from '../../server/config/config.ts';
import { readConfig } from '../../server/config/read.ts';
import type { Variables } from '../../server/config/variables.ts';
import { createBudget } from '../../server/http/budget.ts';
import type { Clock } from '../../server/lib/clock.ts';
import { createCounters } from '../../server/observe/counters.ts';
import { createLogger } from '../../server/observe/log.ts';
import { addWebhookRoutes } from '../../server/platforms/webhooks/routes.ts';
import { createPiiEncryption } from '../../server/privacy/encrypted-pii.ts';
import type { Entry, Store } from '../../server/store/store.ts';
import { createFakeClock } from '../support/clock.ts';

export const NOW = Date.parse('2026-03-01T12:00:00.000Z');
export const APP_SECRET = 'app-secret-of-the-shop';
export const SIGNING_KEY = 'whsec_demo_key_123';
export const DOMAIN = 'open001.myshopline.com';

export const oneShop: Variables = {
  WRITE_KEY: 'key',
  ALLOWED_ORIGINS: 'https://shop.example',
  CONSENT_DEFAULT: 'granted',
  STORE_COUNTRY: 'TW',
  STORE_CURRENCY: 'TWD',
  TIKTOK_PIXEL_CODE: 'PIXEL',
  TIKTOK_ACCESS_TOKEN: 'token-of-the-pixel',
  SHOPLINE_HANDLE: 'open001',
  SHOPLINE_APP_SECRET: APP_SECRET,
  CUSTOMERIO_WEBHOOK_SIGNING_KEY: SIGNING_KEY,
};
export const configOf = (variables: Variables, file?: object): Config =>
  readConfig({ ...variables, ...(file && { CONFIG_FILE: 'shops.json' }) }, () => JSON.stringify(file));

type Log = Pick<Store, 'accept' | 'witnessOf'>;

/** A log in memory: each messageId of a shop once. */
export function memoryLog(): Log & { entries: Entry[] } {
  const entries: Entry[] = [];
  const seen = new Set<string>();
  return {
    entries,
    async accept(offered) {
      return offered.map((entry) => {
        const key = `${entry.event.shop} ${entry.event.messageId}`;
        const isStored = !seen.has(key);
        seen.add(key);
        if (isStored) entries.push(entry);
        return { isStored };
      });
    },
    witnessOf: (address) => address && `digest of ${address}`,
  };
}

export interface WebhookServer {
  base: string;
  entries: Entry[];
  lines: string[];
  counted(): string[];
  bytesHeld(): number;
  post(path: string, body: string | Buffer, headers: Record<string, string>): Promise<Response>;
  /** Sends a signed SHOPLINE webhook. */
  shopline(topic: string, payload: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** A server with the webhook routes only, and an event log in memory. */
export async function startWebhookServer(
  options: { config?: Config; log?: Partial<Log>; clock?: Clock } = {},
): Promise<WebhookServer> {
  const memory = memoryLog();
  const counters = createCounters();
  const budget = createBudget(1_000_000);
  const config = options.config ?? configOf(oneShop);
  const lines: string[] = [];
  const logger = createLogger({
    level: 'debug',
    write: (line) => void lines.push(line),
    redact: (text) => text,
  });
  const app = express();
  addWebhookRoutes(app, {
    config,
    log: { ...memory, ...options.log },
    piiEncryption: createPiiEncryption(config.piiKeys),
    counters,
    logger,
    clock: options.clock ?? createFakeClock(NOW),
    budget,
  });
  const server = createAdminApp(app as unknown as Router, { logger, counters, clock: Date }).listen(
    0,
    '127.0.0.1',
  );
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post: WebhookServer['post'] = (path, body, headers) =>
    fetch(`${base}${path}`, { method: 'POST', headers, body: body as string });
  let last = 0;
  return {
    base,
    entries: memory.entries,
    lines,
    counted: () =>
      counters.snapshot().map(({ name, labels, value }) => `${name} ${Object.values(labels)} ${value}`),
    bytesHeld: budget.bytes,
    post,
    shopline(topic, payload, headers = {}) {
      const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
      return post('/v1/webhooks/shopline', body, {
        'X-Shopline-Topic': topic,
        'X-Shopline-Shop-Domain': DOMAIN,
        'X-Shopline-Webhook-Id': `webhook-${++last}`,
        'X-Shopline-Hmac-Sha256': sign(body),
        ...headers,
      });
    },
  };
}

export const sign = (body: string, key = APP_SECRET, encoding: 'hex' | 'base64' = 'hex') =>
  createHmac('sha256', key).update(body).digest(encoding);
export const signReport = (body: string, timestamp: string, key = SIGNING_KEY) =>
  createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex');

/** What must never be found in anything stored. */
export const PERSONAL = [
  'ada@example.com',
  'Ada',
  'Lovelace',
  '912345678',
  '12 Analytical Street',
  'Second Floor',
] as const;

/** An order in SHOPLINE's format. */
export const order = (parts: object = {}) => ({
  id: '21050224312121887324667162',
  name: '#D1001',
  order_status_url:
    'https://open001.myshopline.com/trade/thank_you?mainOrderMark=x&mainOrderSeq=200565776406008509',
  checkout_id: '2404785166526352972864',
  checkout_token: 'checkout-token',
  cart_token: 'cart-token',
  currency: 'TWD',
  presentment_currency: 'USD',
  current_total_price: '960.00',
  current_total_price_set: {
    shop_money: { amount: '960.00', currency_code: 'TWD' },
    presentment_money: { amount: '30.00', currency_code: 'USD' },
  },
  subtotal_price: '900.00',
  total_tax: '48.00',
  total_shipping_price_set: { shop_money: { amount: 60, currency_code: 'TWD' } },
  total_discounts: '40.00',
  discount_codes: [{ code: 'SPRING', amount: '30.00' }, { code: 'FRIEND' }],
  financial_status: 'unpaid',
  user_id: '4201057495',
  email: ' Ada@Example.com',
  phone: '0912345678',
  customer: {
    id: '4201057495',
    email: 'ada@example.com',
    phone: '0912345678',
    area_code: '+886',
    first_name: 'Ada',
    last_name: 'Lovelace',
  },
  billing_address: {
    name: 'Ada Lovelace',
    first_name: 'Ada',
    last_name: 'Lovelace',
    phone: '0912345678',
    address1: '12 Analytical Street',
    address2: 'Second Floor',
    city: 'Taipei',
    zip: '100',
    country: 'Taiwan',
    country_code: 'TW',
    province_code: '4200006',
  },
  browser_ip: '203.0.113.77',
  client_details: { browser_ip: '203.0.113.77', user_agent: 'Mozilla/5.0 Chrome/126.0.6478.127' },
  customer_locale: 'enCA',
  landing_site: 'https://shop.example/?ttclid=E.C.P.landing&utm_source=tiktok&email=ada@example.com',
  referring_site: 'https://www.tiktok.com/',
  note_attributes: [
    { name: '_sb_id', value: '3F2504E0-4F89-41D3-9A0C-0305E82C3301' },
    { name: '_ttp', value: 'ttp-of-the-browser' },
  ],
  line_items: [
    {
      id: '417',
      product_id: '16056761559984840457934011',
      variant_id: '18056761559987524812644011',
      sku: 'SKIRT-M',
      title: 'Skirt',
      variant_title: 'M / red',
      price: '450.00',
      quantity: 2,
      image_url: 'https://img.example/skirt.png',
      properties: [{ name: 'engraving', value: 'for Ada Lovelace' }],
    },
  ],
  created_at: '2026-03-01T19:58:00+08:00',
  processed_at: '2026-03-01T19:59:00+08:00',
  updated_at: '2026-03-01T19:59:30+08:00',
  buyer_note: 'Ring at Ada Lovelace',
  ...parts,
});

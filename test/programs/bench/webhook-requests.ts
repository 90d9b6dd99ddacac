import { createHmac, hash } from 'node:crypto';
import { SANDBOX_CREDENTIALS } from '../../../server/sandbox/credentials.ts';
import { messagePayload, orderPayload } from '../../../server/sandbox/webhooks.ts';
import { FLOWS } from './flows.ts';
import { messageIdOf } from './order.ts';

export const SENDERS = ['shopline', 'customerio'] as const;
export type Sender = (typeof SENDERS)[number];

const { handle, appSecret } = SANDBOX_CREDENTIALS.shopline;
const SIGNING_KEY = 'bench-signing-key';

/** What switches both kinds of webhooks on, beside the destinations. */
export const WEBHOOK_VARIABLES = {
  SHOPLINE_APP_SECRET: appSecret,
  CUSTOMERIO_WEBHOOK_SIGNING_KEY: SIGNING_KEY,
  CONSENT_DEFAULT: 'granted',
  // Orders leave while the load is still on.
  ORDER_MERGE_SECONDS: '1',
  FLOWS: JSON.stringify(FLOWS),
};

/** What the events of a sender's webhooks are called in the log, in front of their number. */
export const storedPrefix = (sender: Sender, prefix: string) => `${sender}:${prefix}`;

/** A sender's webhook of this number as it goes over the wire, signed. The same webhook is never built twice. */
export function webhookRequest(sender: Sender, prefix: string, number: number, atMs: number): Buffer {
  const id = messageIdOf(prefix, number);
  return sender === 'shopline' ? orderRequest(id, number, atMs) : reportRequest(id, number, atMs);
}

/** Buyers return, but none so often that half the shop is linked to them. */
const CUSTOMERS = 1000;
const customerOf = (number: number) => `customer-${number % CUSTOMERS}`;

/** Digits alone, as SHOPLINE's are, and no two the same. */
const orderIdOf = (webhookId: string) => BigInt(`0x${hash('sha256', webhookId).slice(0, 20)}`).toString();

function orderRequest(webhookId: string, number: number, atMs: number): Buffer {
  const customer = customerOf(number);
  const body = JSON.stringify(
    orderPayload({
      orderId: orderIdOf(webhookId),
      number: `#${webhookId}`,
      placedAtMs: atMs,
      lines: [
        { productId: '1001', variantId: '1001001', title: 'Pebble teapot', price: 850, quantity: 1 },
        { productId: '1002', variantId: '1002001', title: 'Celadon cup', price: 400, quantity: 2 },
      ],
      shipping: 60,
      email: `${customer}@example.com`,
      phone: '0912 345 678',
      userId: customer,
      checkoutId: `checkout-id-${webhookId}`,
      checkoutToken: `checkout-${webhookId}`,
      cartToken: `cart-${webhookId}`,
      browserIp: '203.0.113.7',
      userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1',
    }),
  );
  return post('/v1/webhooks/shopline', body, {
    'X-Shopline-Topic': 'orders/create',
    'X-Shopline-Shop-Domain': `${handle}.myshopline.com`,
    'X-Shopline-Webhook-Id': webhookId,
    'X-Shopline-Hmac-Sha256': createHmac('sha256', appSecret).update(body).digest('hex'),
  });
}

const REPORTED = ['sent', 'delivered', 'opened', 'clicked'];

function reportRequest(eventId: string, number: number, atMs: number): Buffer {
  const timestamp = Math.floor(atMs / 1000);
  const message = Math.floor(number / REPORTED.length);
  const flow = message % FLOWS.length;
  const customer = customerOf(message);
  const email = `${customer}@example.com`;
  const body = JSON.stringify(
    messagePayload({
      eventId,
      metric: REPORTED[number % REPORTED.length] ?? 'sent',
      timestamp,
      deliveryId: `delivery-${eventId.slice(0, -12)}${message}`,
      identifiers: { id: customer, email, cioId: `cio-${customer}` },
      campaignId: flow,
      actionId: FLOWS[flow]?.nodes[0]?.action_id ?? 0,
      journeyId: `journey-${message}`,
      recipient: email,
    }),
  );
  return post('/v1/webhooks/customerio', body, {
    'X-CIO-Timestamp': String(timestamp),
    'X-CIO-Signature': createHmac('sha256', SIGNING_KEY).update(`v0:${timestamp}:${body}`).digest('hex'),
  });
}

function post(path: string, body: string, headers: Record<string, string>): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

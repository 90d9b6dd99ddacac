import { createHmac } from 'node:crypto';

export { messagePayload } from './customerio-payloads.ts';
export {
  checkoutPayload,
  type OrderLine,
  type OrderParts,
  orderPayload,
  refundPayload,
} from './shopline-payloads.ts';

/** A signed webhook, ready to be posted. The signature covers exactly this body. */
export interface SignedWebhook {
  headers: Record<string, string>;
  body: string;
}

/**
 * A webhook as SHOPLINE sends it: HMAC-SHA256 of the body with the app's secret.
 *
 * @param parts `webhookId` is the same when a webhook is sent again. `encoding`: SHOPLINE's code sends hex, its documents
 *   show base64.
 */
export function signShopline(parts: {
  topic: string;
  /** Text is sent unchanged, everything else as JSON. */
  body: unknown;
  secret: string;
  /** For example `dewleaf.myshopline.com`. */
  shopDomain: string;
  webhookId: string;
  encoding?: 'hex' | 'base64';
}): SignedWebhook {
  const { topic, secret, shopDomain, webhookId, encoding = 'hex' } = parts;
  const body = textOf(parts.body);
  return {
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'X-Shopline-Topic': topic,
      'X-Shopline-Hmac-Sha256': createHmac('sha256', secret).update(body).digest(encoding),
      'X-Shopline-Shop-Domain': shopDomain,
      'X-Shopline-Shop-Id': '1655000000001',
      'X-Shopline-Merchant-Id': '2000234880',
      'X-Shopline-API-Version': 'v20260301',
      'X-Shopline-Webhook-Id': webhookId,
    },
    body,
  };
}

/** A reporting webhook as Customer.io sends it: hex HMAC-SHA256 of `v0:<timestamp>:<body>`; the timestamp in seconds. */
export function signCustomerIo(parts: { body: unknown; key: string; timestamp: number }): SignedWebhook {
  const { key, timestamp } = parts;
  const body = textOf(parts.body);
  return {
    headers: {
      'Content-Type': 'application/json',
      'X-CIO-Timestamp': String(timestamp),
      'X-CIO-Signature': createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex'),
    },
    body,
  };
}

const textOf = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));

import { z } from 'zod';
import { orderPayload, signShopline } from '../sandbox/webhooks.ts';
import type { Post } from './post.ts';

const Text = z.string().min(1).max(500);
/** The order as posted by the demo's thank-you page. */
export const PlacedOrder = z.strictObject({
  orderId: z.string().regex(/^\d{26}$/),
  number: Text,
  name: Text,
  email: Text,
  phone: Text,
  payment: z.enum(['card', 'delivery']),
  cartToken: Text,
  lines: z
    .array(
      z.strictObject({
        productId: Text,
        variantId: Text,
        title: Text,
        variant: Text.optional(),
        price: z.number().min(0),
        quantity: z.int().min(1),
        imageUrl: z.url().optional(),
      }),
    )
    .min(1)
    .max(100),
});
export type PlacedOrder = z.infer<typeof PlacedOrder>;

/** One webhook and the collector's response status; 0 without a response. */
export interface SentWebhook {
  topic: string;
  status: number;
}

/** Simulates SHOPLINE's order webhooks for the demo shop. */
export interface ShopServer {
  /** Sends an order's webhooks once; again only when the collector did not accept all of them. */
  placed(order: PlacedOrder): Promise<SentWebhook[]>;
  /** The email of the last buyer. */
  buyer(): string | undefined;
}

export function createShopServer(parts: {
  post: Post;
  clock: () => number;
  handle: string;
  appSecret: string;
}): ShopServer {
  const { post, clock, handle, appSecret } = parts;
  /** Webhooks sent or being sent, by order id. */
  const orders = new Map<string, Promise<SentWebhook[]>>();
  let buyer: string | undefined;

  async function send(order: PlacedOrder): Promise<SentWebhook[]> {
    const isPaid = order.payment === 'card';
    const payload = (financialStatus: string) =>
      orderPayload({ ...order, placedAtMs: clock(), financialStatus });
    const webhooks = [
      { topic: 'orders/create', body: payload(isPaid ? 'paid' : 'unpaid') },
      ...(isPaid ? [{ topic: 'orders/paid', body: payload('paid') }] : []),
    ];
    const sent: SentWebhook[] = [];
    for (const { topic, body } of webhooks) {
      const signed = signShopline({
        topic,
        body,
        secret: appSecret,
        shopDomain: `${handle}.myshopline.com`,
        webhookId: `${topic}:${order.orderId}`,
      });
      sent.push({ topic, status: await post('/v1/webhooks/shopline', signed) });
    }
    return sent;
  }

  return {
    async placed(order) {
      buyer = order.email;
      const sending = orders.get(order.orderId) ?? send(order);
      orders.set(order.orderId, sending);
      const sent = await sending;
      if (sent.some(({ status }) => status !== 200)) orders.delete(order.orderId);
      return sent;
    },
    buyer: () => buyer,
  };
}

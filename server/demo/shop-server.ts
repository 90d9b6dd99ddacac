import { z } from 'zod';
import { orderPayload, signShopline } from '../sandbox/webhooks.ts';
import type { Post } from './post.ts';

const Text = z.string().min(1).max(500);
/** What the demo's thank-you page knows of its order. A real shop's server knows it by itself. */
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

/** One webhook and how the collector answered it; 0: not at all. */
export interface Told {
  topic: string;
  status: number;
}

/** Plays the server of the demo shop: SHOPLINE, telling its app of orders. */
export interface ShopServer {
  /** Tells of an order once, however often its page is loaded; again when the collector has not taken all of it. */
  placed(order: PlacedOrder): Promise<Told[]>;
  /** Who bought last. */
  buyer(): string | undefined;
}

export function createShopServer(parts: {
  post: Post;
  clock: () => number;
  handle: string;
  appSecret: string;
}): ShopServer {
  const { post, clock, handle, appSecret } = parts;
  /** By order id: what is being told, and what was. */
  const orders = new Map<string, Promise<Told[]>>();
  let buyer: string | undefined;

  async function tell(order: PlacedOrder): Promise<Told[]> {
    const isPaid = order.payment === 'card';
    const payload = (financialStatus: string) =>
      orderPayload({ ...order, placedAtMs: clock(), financialStatus });
    const webhooks = [
      { topic: 'orders/create', body: payload(isPaid ? 'paid' : 'unpaid') },
      ...(isPaid ? [{ topic: 'orders/paid', body: payload('paid') }] : []),
    ];
    const told: Told[] = [];
    for (const { topic, body } of webhooks) {
      const signed = signShopline({
        topic,
        body,
        secret: appSecret,
        shopDomain: `${handle}.myshopline.com`,
        webhookId: `${topic}:${order.orderId}`,
      });
      told.push({ topic, status: await post('/v1/webhooks/shopline', signed) });
    }
    return told;
  }

  return {
    async placed(order) {
      buyer = order.email;
      const telling = orders.get(order.orderId) ?? tell(order);
      orders.set(order.orderId, telling);
      const told = await telling;
      if (told.some(({ status }) => status !== 200)) orders.delete(order.orderId);
      return told;
    },
    buyer: () => buyer,
  };
}

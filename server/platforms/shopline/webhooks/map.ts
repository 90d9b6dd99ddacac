import type { z } from 'zod';
import type { MapResult } from '../../webhooks/mapped.ts';
import { mapCart, mapCheckout } from './cart.ts';
import { mapOrder } from './order.ts';
import { Cart, Checkout, Order, Redaction, Refund } from './payload.ts';
import { mapCustomerRedaction, mapShopRedaction } from './redaction.ts';
import { mapRefund } from './refund.ts';

type Map = (payload: unknown, messageId: string, shopCurrency?: string) => MapResult;

const mapperOf =
  <Schema extends z.ZodType>(
    schema: Schema,
    map: (payload: z.output<Schema>, messageId: string, shopCurrency?: string) => MapResult,
  ): Map =>
  (payload, messageId, shopCurrency) => {
    const read = schema.safeParse(payload);
    return read.success ? map(read.data, messageId, shopCurrency) : { lacks: 'a JSON object' };
  };

const checkout = mapperOf(Checkout, mapCheckout);
const cart = mapperOf(Cart, mapCart);
const refund = mapperOf(Refund, mapRefund);
/** SHOPLINE's documents and its headers spell this topic differently. */
const updated = mapperOf(Order, (order, id) => mapOrder(order, 'updated', id));

/** The topics in use. */
const TOPICS = {
  'orders/create': mapperOf(Order, (order, id) => mapOrder(order, 'placed', id)),
  'orders/paid': mapperOf(Order, (order, id) => mapOrder(order, 'paid', id)),
  'orders/updated': updated,
  'orders/update': updated,
  'orders/edited': updated,
  'orders/cancelled': mapperOf(Order, (order, id) => mapOrder(order, 'cancelled', id)),
  'refunds/create': refund,
  'refunds/update': refund,
  'checkouts/create': checkout,
  'checkouts/update': checkout,
  'carts/create': cart,
  'carts/update': cart,
  'customers/redact': mapperOf(Redaction, mapCustomerRedaction),
  'merchants/redact': (_payload, messageId) => mapShopRedaction(messageId),
} satisfies Record<string, Map>;
export type Topic = keyof typeof TOPICS;

export const TOPIC_NAMES: readonly string[] = Object.keys(TOPICS);
export const isTopic = (topic: string): topic is Topic => Object.hasOwn(TOPICS, topic);

/**
 * A webhook as a message. Pure: the same arguments give the same message.
 *
 * @param shopCurrency ISO 4217, of amounts that name no currency.
 */
export const mapWebhook = (
  topic: Topic,
  payload: unknown,
  messageId: string,
  shopCurrency?: string,
): MapResult => {
  const map: Map = TOPICS[topic];
  return map(payload, messageId, shopCurrency);
};

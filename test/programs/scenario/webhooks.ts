import type { Payload, ShoplineEvent } from './event.ts';
import type { Chance } from './random.ts';

/** One order as the shop's server knows it. Amounts are whole hundredths. */
export interface ShopOrder {
  id: string;
  /** Without `#`. */
  number: string;
  seq: string;
  checkoutToken: string;
  cartToken: string;
  /** Whole seconds, as in SHOPLINE's times. */
  atMs: number;
  currency: string;
  presentmentCurrency?: string;
  amountHundredths: number;
  discountHundredths: number;
  lines: Line[];
  financialStatus: string;
  userId?: string;
  email?: string;
}
export interface Line {
  productId: string;
  units: number;
  priceHundredths: number;
}

const money = (hundredths: number) => (hundredths / 100).toFixed(2);
/** ISO 8601 in the shop's time zone. */
export const shopTime = (atMs: number) =>
  `${new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;

/** Webhooks of the shop's server. */
export function shopServer(chance: Chance) {
  const hook = (topic: string, payload: Payload): ShoplineEvent => ({
    kind: 'shopline',
    topic,
    webhookId: chance.uuid(),
    payload,
  });
  const orderPayload = (order: ShopOrder, updatedAtMs: number): Payload => {
    const amount = money(order.amountHundredths);
    const set = (hundredths: number) => ({
      shop_money: { amount: money(hundredths), currency_code: order.currency },
      presentment_money: {
        amount: money(hundredths),
        currency_code: order.presentmentCurrency ?? order.currency,
      },
    });
    const time = shopTime(order.atMs);
    return {
      id: order.id,
      name: `#${order.number}`,
      order_status_url: `https://sandbox.myshopline.com/trade/thank_you?mainOrderMark=${order.id.slice(0, 8)}&mainOrderSeq=${order.seq}`,
      checkout_id: order.checkoutToken,
      checkout_token: order.checkoutToken,
      cart_token: order.cartToken,
      currency: order.currency,
      presentment_currency: order.presentmentCurrency ?? order.currency,
      current_total_price: amount,
      current_total_price_set: set(order.amountHundredths),
      subtotal_price: amount,
      total_tax: '0.00',
      total_discounts: money(order.discountHundredths),
      total_discounts_set: set(order.discountHundredths),
      financial_status: order.financialStatus,
      ...(order.email && { email: order.email }),
      ...(order.userId && {
        user_id: order.userId,
        customer: { id: order.userId, ...(order.email && { email: order.email }) },
      }),
      line_items: order.lines.map((line, index) => ({
        id: `${order.id.slice(0, 20)}${index}`,
        product_id: line.productId,
        variant_id: `1${line.productId.slice(1)}`,
        sku: `SKU-${line.productId.slice(-4)}`,
        title: 'Small',
        name: 'Tea bowl',
        quantity: line.units,
        price: money(line.priceHundredths),
        discount_allocations: [],
        properties: [],
      })),
      created_at: time,
      processed_at: time,
      order_at: time,
      updated_at: shopTime(updatedAtMs),
      store_id: '1658921299465',
    };
  };
  return {
    placed: (order: ShopOrder) => hook('orders/create', orderPayload(order, order.atMs)),
    paid: (order: ShopOrder, atMs: number) =>
      hook('orders/paid', orderPayload({ ...order, financialStatus: 'paid' }, atMs)),
    cancelled: (order: ShopOrder, atMs: number) =>
      hook('orders/cancelled', { ...orderPayload(order, atMs), cancelled_at: shopTime(atMs) }),
    refunded: (order: ShopOrder, atMs: number, amountHundredths: number) =>
      hook('refunds/create', {
        id: chance.digits(26),
        order_id: order.id,
        ...(order.userId && { user_id: order.userId }),
        created_at: shopTime(atMs),
        refund_line_items: order.lines.slice(0, 1).map((_, index) => ({
          quantity: 1,
          line_item_id: `${order.id.slice(0, 20)}${index}`,
          subtotal: money(amountHundredths),
          total_tax: '0.00',
          restock_type: 'no_restock',
        })),
        transactions: [
          { kind: 'refund', status: 'success', amount: money(amountHundredths), currency: order.currency },
        ],
        order_adjustments: [],
      }),
    cart: (cartToken: string, atMs: number, person: { userId?: string; email?: string }) =>
      hook('carts/create', {
        id: chance.digits(26),
        token: cartToken,
        created_at: shopTime(atMs),
        updated_at: shopTime(atMs),
        total_amount: '480.00',
        currency_code: 'TWD',
        line_items: [],
        ...(person.email && { email: person.email }),
        ...(person.userId && { user_id: person.userId }),
      }),
    checkout: (token: string, cartToken: string, atMs: number, email?: string) =>
      hook('checkouts/create', {
        id: token,
        token,
        cart_token: cartToken,
        created_at: shopTime(atMs),
        updated_at: shopTime(atMs),
        total_price: 480,
        sub_total_price: 480,
        currency: 'TWD',
        presentment_currency: 'TWD',
        line_items: [],
        ...(email && { email }),
      }),
  };
}
export type ShopServer = ReturnType<typeof shopServer>;

import { present } from './present.ts';

/** Webhook bodies as documented: ids and amounts as text, times in the store's time zone. */

export interface OrderLine {
  productId: string;
  variantId: string;
  title: string;
  variant?: string | undefined;
  sku?: string | undefined;
  /** Of one, in major units. */
  price: number;
  quantity: number;
  imageUrl?: string | undefined;
}

export interface OrderParts {
  /** 26 digits. */
  orderId: string;
  /** The order number that buyers see: `name` in the payload. */
  number: string;
  placedAtMs: number;
  lines: readonly OrderLine[];
  currency?: string;
  /** The buyer's currency, and its units per unit of `currency`. Default: the shop's currency. */
  presentment?: { currency: string; rate: number };
  shipping?: number;
  discount?: number;
  coupon?: string;
  financialStatus?: string;
  email?: string;
  phone?: string;
  userId?: string;
  name?: string;
  checkoutId?: string;
  checkoutToken?: string;
  cartToken?: string;
  browserIp?: string;
  userAgent?: string;
}

/** An order, for `orders/create`, `orders/paid`, `orders/cancelled`. Money as text in major units. */
export function orderPayload(parts: OrderParts): Record<string, unknown> {
  const { orderId, number, lines, currency = 'TWD', shipping = 0, discount = 0 } = parts;
  const subtotal = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  const total = subtotal + shipping - discount;
  const { presentment = { currency, rate: 1 } } = parts;
  const inBoth = (amount: number) => ({
    shop_money: { amount: text(amount), currency_code: currency },
    presentment_money: { amount: text(amount * presentment.rate), currency_code: presentment.currency },
  });
  const [first_name = '', ...rest] = (parts.name ?? '').split(' ');
  const contact = present({ email: parts.email, phone: parts.phone });
  return {
    ...present({
      user_id: parts.userId,
      checkout_id: parts.checkoutId,
      checkout_token: parts.checkoutToken,
      cart_token: parts.cartToken,
      browser_ip: parts.browserIp,
    }),
    ...contact,
    id: orderId,
    name: number,
    currency,
    presentment_currency: presentment.currency,
    current_total_price: text(total),
    current_total_price_set: inBoth(total),
    subtotal_price: text(subtotal),
    subtotal_price_set: inBoth(subtotal),
    total_tax: '0.00',
    total_discounts: text(discount),
    total_discounts_set: inBoth(discount),
    total_shipping_price_set: inBoth(shipping),
    financial_status: parts.financialStatus ?? 'paid',
    customer: {
      ...present({ id: parts.userId }),
      ...contact,
      area_code: '',
      first_name,
      last_name: rest.join(' '),
    },
    line_items: lines.map((line) => lineItem(orderId, line)),
    discount_codes: parts.coupon
      ? [{ code: parts.coupon, amount: text(discount), type: 'fixed_amount' }]
      : [],
    client_details: present({ browser_ip: parts.browserIp, user_agent: parts.userAgent }),
    order_status_url: `https://dewleaf.myshopline.com/trade/thank_you?mainOrderMark=m&mainOrderSeq=${orderId}`,
    note_attributes: [],
    source_name: 'web',
    customer_locale: 'en',
    store_id: '1655000000001',
    taxes_included: true,
    created_at: inTaipei(parts.placedAtMs),
    order_at: inTaipei(parts.placedAtMs),
    updated_at: inTaipei(parts.placedAtMs),
  };
}

function lineItem(orderId: string, line: OrderLine): Record<string, unknown> {
  return {
    id: `${orderId.slice(0, 20)}${line.variantId.slice(-6)}`,
    product_id: line.productId,
    variant_id: line.variantId,
    sku: line.sku ?? line.variantId,
    title: line.title,
    variant_title: line.variant ?? '',
    quantity: line.quantity,
    price: text(line.price),
    discount_allocations: [],
    properties: [],
    ...present({ image_url: line.imageUrl }),
  };
}

/** A refund, for `refunds/create`: whole lines, and one transaction. */
export function refundPayload(parts: {
  refundId: string;
  orderId: string;
  refundedAtMs: number;
  amount: number;
  currency?: string;
  lines?: readonly OrderLine[];
}): Record<string, unknown> {
  const { refundId, orderId, refundedAtMs, amount, currency = 'TWD', lines = [] } = parts;
  return {
    id: refundId,
    order_id: orderId,
    created_at: inTaipei(refundedAtMs),
    note: '',
    refund_line_items: lines.map((line) => ({
      line_item_id: lineItem(orderId, line).id,
      line_item: lineItem(orderId, line),
      quantity: line.quantity,
      subtotal: text(line.price * line.quantity),
      total_tax: '0.00',
      restock_type: 'return',
    })),
    transactions: [{ kind: 'refund', status: 'success', amount: text(amount), currency }],
    order_adjustments: [],
  };
}

/** A started checkout, for `checkouts/create`. Its amounts are numbers, unlike an order's. */
export function checkoutPayload(parts: {
  checkoutId: string;
  token: string;
  startedAtMs: number;
  lines: readonly OrderLine[];
  cartToken?: string;
  currency?: string;
  email?: string;
  phone?: string;
}): Record<string, unknown> {
  const { checkoutId, token, startedAtMs, lines, currency = 'TWD' } = parts;
  const total = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  return {
    ...present({ cart_token: parts.cartToken, email: parts.email, phone: parts.phone }),
    id: checkoutId,
    token,
    abandoned_checkout_url: `https://dewleaf.myshopline.com/trade/checkouts/${checkoutId}?mark=m`,
    currency,
    presentment_currency: currency,
    total_price: total,
    sub_total_price: total,
    buyer_accepts_marketing: false,
    line_items: lines.map((line) => lineItem(checkoutId, line)),
    created_at: inTaipei(startedAtMs),
  };
}

const text = (amount: number) => amount.toFixed(2);

/** The store's time zone, UTC+8 all year. */
const inTaipei = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().replace('Z', '+08:00');

import { find, SHOWN, sum, toEntities, toHundredths } from './catalogue.ts';

export const CART_TOKEN = 'c7e41fd6a0b94f6c8d2f5be1930a7c44';
export const CHECKOUT_TOKEN = '0d9a3b7e5c1f48a2b6e4f7081c2d3e5f';
/** The number the order gets: `mainOrderSeq`. */
export const ORDER_SEQ = '21062938070772167548649901';
/** What sending the parcel costs. */
export const SHIPPING = 5;

/** Every page hands the token out, as SHOPLINE does. */
export const CART_COOKIE = { 'Set-Cookie': `t_cart=${CART_TOKEN}; Path=/` };

export interface Line {
  sku: string;
  quantity: number;
}

/** One visitor's cart, as the shop's server keeps it. */
export interface Cart {
  lines: Line[];
  /** @returns false for what the shop does not sell, or not so many of it. */
  add(sku: unknown, quantity: number): boolean;
  /** Puts the quantity of a line; 0 removes it. */
  set(sku: unknown, quantity: number): void;
  subtotal(): number;
  total(): number;
}

const MOST = 20;

export function openCart(): Cart {
  const cart: Cart = {
    lines: [],
    add(sku, quantity) {
      if (!find(sku) || !(quantity > 0 && quantity <= MOST)) return false;
      const line = cart.lines.find((one) => one.sku === sku);
      if (line) line.quantity += quantity;
      else cart.lines.push({ sku: String(sku), quantity });
      return true;
    },
    set(sku, quantity) {
      for (const line of cart.lines) if (line.sku === sku) line.quantity = quantity;
      cart.lines = cart.lines.filter((line) => line.quantity > 0);
    },
    subtotal: () => sum(cart.lines.map(({ sku, quantity }) => (find(sku)?.variant.price ?? 0) * quantity)),
    total: () => sum([cart.subtotal(), SHIPPING]),
  };
  return cart;
}

/** The key of a line: its variant's id, and a hash of what the buyer wrote on it. */
export const keyOf = (sku: string) => `${sku}:9f86d081884c7d65`;
export const idOfKey = (key: unknown) => String(key).split(':')[0];

/** A line as the Ajax cart returns it, in major units. `quantity` is the whole line's, however few were just added. */
export function ajaxItem({ sku, quantity }: Line): object {
  const found = find(sku);
  const price = found?.variant.price;
  return {
    id: sku,
    key: keyOf(sku),
    variant_id: sku,
    product_id: found?.item.id,
    group_id: '0',
    title: found && toEntities(found.item.name),
    variant_title: found?.variant.title,
    quantity,
    price,
    original_price: Number(price) * 2,
    discounted_price: price,
    properties: [],
  };
}

/**
 * The whole cart, as the Ajax cart returns it. Only here is there a currency: what was added comes back without.
 * @see https://developer.shopline.com/docs/ajax-api/cart/query-cart-details (read 2026-11-27)
 */
export const ajaxCart = (cart: Cart) => ({
  token: CART_TOKEN,
  note: null,
  attributes: {},
  currency: SHOWN,
  item_count: cart.lines.reduce((count, { quantity }) => count + quantity, 0),
  original_total_price: cart.subtotal(),
  items_subtotal_price: cart.subtotal(),
  total_price: cart.subtotal(),
  total_discount: 0,
  requires_shipping: true,
  items: cart.lines.map(ajaxItem),
});

/** The cart of Online Store 2.0: lines by promotion, money in hundredths, `num` for the quantity. */
export const groupedCart = (cart: Cart) => ({
  count: cart.lines.length,
  activeItems: [
    {
      promotionId: '0',
      itemList: cart.lines.map(({ sku, quantity }) => {
        const { item, variant } = find(sku) ?? {};
        return {
          spuId: item?.id,
          skuId: sku,
          groupId: '0',
          name: item && toEntities(item.name),
          num: quantity,
          price: toHundredths(variant?.price ?? 0),
        };
      }),
    },
  ],
  inactiveItems: [],
});

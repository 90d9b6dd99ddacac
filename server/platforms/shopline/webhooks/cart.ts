import { firstTime } from '../../webhooks/fields.ts';
import { type Mapped, track, type Unusable } from '../../webhooks/mapped.ts';
import { readProducts } from './lines.ts';
import { readAmount, readCurrency, readMoney } from './money.ts';
import type { Cart, Checkout } from './payload.ts';
import { readPerson } from './person.ts';

/** A checkout counts once, by its token, however often it is updated. */
export function mapCheckout(checkout: Checkout, messageId: string): Mapped | Unusable {
  const token = checkout.token ?? checkout.id;
  if (token === undefined) return { lacks: 'token' };
  const total = readMoney(checkout.total_price_set, checkout.total_price, checkout.currency);
  const moment = firstTime(checkout.created_at);
  const message = track('Checkout Started', messageId, moment, readPerson(checkout), {
    checkout_id: checkout.id,
    checkout_token: checkout.token,
    cart_token: checkout.cart_token,
    currency: total?.currency ?? readCurrency(checkout.currency),
    total: total?.amount,
    subtotal: readAmount(checkout.sub_total_price),
    products: readProducts(checkout.line_items),
  });
  return { message };
}

/** Joins cart, token and buyer. What was put into it, the page reports. */
export function mapCart(cart: Cart, messageId: string): Mapped | Unusable {
  if (cart.token === undefined && cart.id === undefined) return { lacks: 'token' };
  const moment = firstTime(cart.updated_at, cart.created_at);
  const message = track('Cart Updated', messageId, moment, readPerson(cart), {
    cart_id: cart.id,
    cart_token: cart.token,
    currency: readCurrency(cart.currency_code),
    total: readAmount(cart.total_amount),
  });
  return { message, audience: 'statistics' };
}

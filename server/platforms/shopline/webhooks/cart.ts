import { readCurrencyCode } from '../../../../shared/currency.ts';
import { firstTime } from '../../webhooks/fields.ts';
import { type Mapped, track, type Unusable } from '../../webhooks/mapped.ts';
import { readLines } from './lines.ts';
import { readAmount, readMoney } from './money.ts';
import type { Cart, Checkout } from './payload.ts';
import { readPerson } from './person.ts';

/** Keyed by its token, so that a checkout counts once however often it is updated. */
export function mapCheckout(checkout: Checkout, messageId: string): Mapped | Unusable {
  const token = checkout.token ?? checkout.id;
  if (token === undefined) return { lacks: 'token' };
  const total = readMoney(checkout.total_price_set, checkout.total_price, checkout.currency);
  const occurredAt = firstTime(checkout.created_at);
  const person = readPerson(checkout);
  const message = track('Checkout Started', messageId, occurredAt, person, {
    checkout_id: checkout.id,
    checkout_token: checkout.token,
    cart_token: checkout.cart_token,
    currency: total?.currency ?? readCurrencyCode(checkout.currency),
    total: total?.amount,
    subtotal: readAmount(checkout.sub_total_price),
    ...readLines(checkout.line_items, total?.amount),
  });
  return { message, account: person.account };
}

/** Links cart, token and buyer. Its products are reported by the page. */
export function mapCart(cart: Cart, messageId: string): Mapped | Unusable {
  if (cart.token === undefined && cart.id === undefined) return { lacks: 'token' };
  const occurredAt = firstTime(cart.updated_at, cart.created_at);
  const person = readPerson(cart);
  const message = track('Cart Updated', messageId, occurredAt, person, {
    cart_id: cart.id,
    cart_token: cart.token,
    currency: readCurrencyCode(cart.currency_code),
    total: readAmount(cart.total_amount),
  });
  return { message, account: person.account, audience: 'statistics' };
}

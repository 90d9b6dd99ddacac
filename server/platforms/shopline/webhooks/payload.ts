import { z } from 'zod';
import { Code, Flag, Id, lenient, list, Text } from '../../webhooks/fields.ts';

const Amount = lenient(z.union([z.string().max(500), z.number()]));
/** Stands for an amount that is neither text nor a number. */
const UNREADABLE = '?';
/** Of a line: where the total is not stated, a line whose amount cannot be read is not one without an amount. */
const LineAmount = z
  .union([z.string().max(500), z.number()])
  .nullish()
  .catch(UNREADABLE)
  .transform((said) => said ?? undefined);
const MoneySet = z.object({
  shop_money: lenient(z.object({ amount: Amount, currency_code: Text })),
});
export type MoneySet = z.output<typeof MoneySet>;
const Amounts = lenient(MoneySet);

const Address = z.object({
  first_name: Text,
  last_name: Text,
  phone: Code,
  address1: Text,
  address2: Text,
  city: Text,
  province: Text,
  standard_province_code: Text,
  zip: Code,
  country: Text,
  country_code: Text,
});
export type Address = z.output<typeof Address>;

const Customer = z.object({
  id: Id,
  email: Text,
  phone: Code,
  area_code: Code,
  first_name: Text,
  last_name: Text,
  addresses: list(Address),
});

/** Buyer, browser and origin: the same fields on orders, refunds, checkouts and carts, where present. */
const person = {
  user_id: Id,
  email: Text,
  phone: Code,
  phone_area_code: Code,
  customer: lenient(Customer),
  billing_address: lenient(Address),
  shipping_address: lenient(Address),
  browser_ip: Text,
  client_details: lenient(z.object({ browser_ip: Text, user_agent: Text })),
  customer_locale: Text,
  landing_site: Text,
  referring_site: Text,
  note_attributes: list(z.object({ name: Text, value: Text })),
  buyer_accepts_marketing: Flag,
};
export type Person = z.output<z.ZodObject<typeof person>>;

const LineItem = z.object({
  product_id: Id,
  variant_id: Id,
  sku: Id,
  title: Text,
  name: Text,
  variant_title: Text,
  price: LineAmount,
  price_set: Amounts,
  quantity: LineAmount,
  image_url: Text,
});
export type LineItem = z.output<typeof LineItem>;

/** What a refund gives back: money that moved, the lines it is for, and adjustments such as the shipping. */
const refunded = {
  refund_line_items: list(
    z.object({
      quantity: Amount,
      subtotal: Amount,
      subtotal_set: Amounts,
      total_tax: Amount,
      total_tax_set: Amounts,
      line_item: lenient(LineItem),
    }),
  ),
  order_adjustments: list(
    z.object({ amount: Amount, amount_set: Amounts, tax_amount: Amount, tax_amount_set: Amounts }),
  ),
  transactions: list(
    z.object({ kind: Text, status: Text, amount: Amount, amount_set: Amounts, currency: Text }),
  ),
};
export type Refunded = z.output<z.ZodObject<typeof refunded>>;

export const Refund = z.object({
  ...person,
  ...refunded,
  id: Id,
  order_id: Id,
  created_at: Text,
  processed_at: Text,
});
export type Refund = z.output<typeof Refund>;

export const Order = z.object({
  ...person,
  id: Id,
  name: Id,
  order_status_url: Text,
  checkout_id: Id,
  checkout_token: Id,
  cart_token: Id,
  currency: Text,
  current_total_price: Amount,
  current_total_price_set: Amounts,
  total_price: Amount,
  total_price_set: Amounts,
  subtotal_price: Amount,
  subtotal_price_set: Amounts,
  total_tax: Amount,
  total_tax_set: Amounts,
  total_shipping_price: Amount,
  total_shipping_price_set: Amounts,
  total_discounts: Amount,
  total_discounts_set: Amounts,
  current_total_discounts: Amount,
  current_total_discounts_set: Amounts,
  discount_codes: list(z.object({ code: Text })),
  financial_status: Text,
  source_name: Text,
  line_items: list(LineItem),
  created_at: Text,
  order_at: Text,
  processed_at: Text,
  updated_at: Text,
  cancelled_at: Text,
  payment_details: list(z.object({ processed_at: Text })),
  refunds: list(z.object(refunded)),
});
export type Order = z.output<typeof Order>;

export const Checkout = z.object({
  ...person,
  id: Id,
  token: Id,
  cart_token: Id,
  currency: Text,
  total_price: Amount,
  total_price_set: Amounts,
  sub_total_price: Amount,
  line_items: list(LineItem),
  created_at: Text,
});
export type Checkout = z.output<typeof Checkout>;

export const Cart = z.object({
  ...person,
  id: Id,
  token: Id,
  currency_code: Text,
  total_amount: Amount,
  created_at: Text,
  updated_at: Text,
});
export type Cart = z.output<typeof Cart>;

/** The customer to erase: under `customer`, or at the top level. */
export const Redaction = z.object({
  customer: lenient(z.object({ id: Id, email: Text, phone: Code })),
  orders_to_redact: list(Id),
  customer_id: Id,
  id: Id,
  email: Text,
  phone: Code,
});
export type Redaction = z.output<typeof Redaction>;

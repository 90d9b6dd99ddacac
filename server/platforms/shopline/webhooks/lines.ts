import { compact } from '../../../destinations/values.ts';
import { isUnreadable, readAmount, readMoney, type Said } from './money.ts';
import type { LineItem } from './payload.ts';

/**
 * The lines of an order or a checkout as `products`. A gift card is a product like any other. Where an amount of a line
 * cannot be read and no total is stated, the lines have no sum: `value` is null.
 */
export function readLines(
  items: readonly LineItem[],
  total: number | undefined,
): { products: object[] | undefined; value?: null } {
  const products = items.map((item) => readProduct(item, item.quantity)).filter((one) => one !== undefined);
  const hasNoSum = total === undefined && items.some(isOfUnreadable);
  return { products: products.length > 0 ? products : undefined, ...(hasNoSum && { value: null }) };
}

const isOfUnreadable = ({ price, price_set, quantity }: LineItem): boolean =>
  isUnreadable(quantity) || isUnreadable(price_set?.shop_money?.amount ?? price);

/** @param quantity of the order, or of the refund. */
export function readProduct(item: LineItem, quantity: Said): object | undefined {
  return compact({
    product_id: item.product_id,
    variant_id: item.variant_id,
    sku: item.sku,
    name: item.title ?? item.name,
    variant: item.variant_title,
    price: readMoney(item.price_set, item.price)?.amount,
    quantity: readAmount(quantity),
    image_url: item.image_url,
  });
}

import { compact } from '../../../destinations/values.ts';
import { readAmount, readMoney, type Said } from './money.ts';
import type { LineItem } from './payload.ts';

/** The lines of an order as `products`. A gift card is a product like any other. */
export function readProducts(items: readonly LineItem[]): object[] | undefined {
  const products = items.map((item) => readProduct(item, item.quantity)).filter((one) => one !== undefined);
  return products.length > 0 ? products : undefined;
}

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

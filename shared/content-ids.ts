import { readNumber } from './order-value.ts';
import type { JsonObject } from './protected-event.ts';

/**
 * Which of a product's ids the shop's catalogue uses, and how a line is matched with it. The collector and the snippet's
 * TikTok mirror share it, so that both send one id for one product.
 */
export const CONTENT_IDS = ['variant_id', 'sku', 'product_id'] as const;
export type ContentIdName = (typeof CONTENT_IDS)[number];

export interface ContentId {
  /** The chosen one, or the first the line has: variant, sku, product. */
  name: ContentIdName;
  id: string;
  /** A `product_id` names all variants of a product, the others one of them. */
  type: 'product' | 'product_group';
}

/** Undefined for a line without any id, which cannot be matched with the catalogue. */
export function contentIdOf(line: Readonly<Record<string, unknown>>, chosen: ContentIdName) {
  for (const name of [chosen, ...CONTENT_IDS]) {
    const id = typeof line[name] === 'number' ? `${line[name]}` : line[name];
    if (typeof id === 'string' && id.trim() !== '') return toContentId(name, id.trim());
  }
  return undefined;
}

const toContentId = (name: ContentIdName, id: string): ContentId => ({
  name,
  id,
  type: name === 'product_id' ? 'product_group' : 'product',
});

/** How often a line's product was bought: 1 when the line does not say. A line of 0 or less contains nothing. */
export const quantityOf = ({ quantity }: JsonObject): number => readNumber(quantity) ?? 1;

/** A quantity for an API that takes whole numbers; undefined for 0.25, which no whole number stands for. */
export const wholeQuantity = (quantity: number): number | undefined =>
  Number.isSafeInteger(quantity) && quantity > 0 ? quantity : undefined;

import type { Report, Tools } from '../api.ts';
import { list, type Thing } from '../thing.ts';
import { skuOf, toProduct } from './read.ts';

/** The cart's lines by SKU, as last returned. */
const lines = new Map<string, Thing>();

const linesOf = (answer: Thing): Thing[] => {
  const { items, line_items, lineItems } = { ...answer, ...answer?.cart, ...answer?.data };
  return list(items || line_items || lineItems || answer?.data || answer);
};

/** Remembers the cart's lines: a request to change them contains only the new quantity. */
export const learn = (answer: Thing) => {
  for (const line of linesOf(answer)) if (skuOf(line) && line.quantity > 0) lines.set(skuOf(line), line);
};

/** By how much the quantity of a line changed; minus infinity when a line of unknown quantity was removed. */
const changeOf = (isAdd: boolean, wanted: number, before: Thing): number => {
  if (isAdd) return wanted;
  if (before) return wanted - before.quantity;
  return wanted ? 0 : Number.NEGATIVE_INFINITY;
};

/**
 * Reports what a successful cart request added or removed.
 *
 * @param isAdd whether its quantities were added; else they are the new quantities.
 */
export const reportChanges = (isAdd: boolean, body: Thing, answer: Thing, report: Report, tools: Tools) => {
  for (const asked of list(body.items || body)) {
    const sku = skuOf(asked) || [...lines.keys()][asked.line - 1] || '';
    const before = lines.get(sku);
    const found = linesOf(answer).find((line) => skuOf(line) === sku) || before;
    if (!sku) continue;
    const wanted = Math.max(0, +(asked.quantity ?? asked.num ?? (isAdd ? 1 : 0)));
    const change = changeOf(isAdd, wanted, before);
    const quantity = Number.isFinite(change) ? Math.abs(change) : undefined;
    if (change)
      report(
        change > 0 ? 'Product Added' : 'Product Removed',
        toProduct({ currency: answer?.currency, ...found, sku_id: sku, quantity }, tools),
      );
    const left = isAdd ? (before?.quantity || 0) + wanted : wanted;
    // Kept in the cart's order, to which `line` numbers refer.
    if (left) lines.set(sku, { ...found, quantity: left });
    else lines.delete(sku);
  }
  learn(answer);
};

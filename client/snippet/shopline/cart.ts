import type { Report, Tools } from '../api.ts';
import { list, type Thing } from '../thing.ts';
import { skuOf, toProduct } from './read.ts';

/** A line of the cart, as an answer last described it. */
const lines = new Map<string, Thing>();

const linesOf = (answer: Thing): Thing[] => {
  const { items, line_items, lineItems } = { ...answer, ...answer?.cart, ...answer?.data };
  return list(items || line_items || lineItems || answer?.data || answer);
};

/** Remembers what lies in the cart: a request to change it says only what should lie there then. */
export const learn = (answer: Thing) => {
  for (const line of linesOf(answer)) if (skuOf(line) && line.quantity > 0) lines.set(skuOf(line), line);
};

/**
 * How many more of a line lie in the cart now. Of what lay there before we came, only that it is all gone can be known,
 * not how many went: minus infinity.
 */
const changeOf = (isAdd: boolean, wanted: number, before: Thing): number => {
  if (isAdd) return wanted;
  if (before) return wanted - before.quantity;
  return wanted ? 0 : Number.NEGATIVE_INFINITY;
};

/**
 * A cart request that went well → what became of the cart.
 *
 * @param isAdd whether it added what it named, or said how much of it should lie there.
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
    // Lines are counted as they lie in the cart.
    if (left) lines.set(sku, { ...found, quantity: left });
    else lines.delete(sku);
  }
  learn(answer);
};

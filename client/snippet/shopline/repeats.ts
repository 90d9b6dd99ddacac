import type { Moment, Properties, Report } from '../api.ts';
import { REPEAT_WINDOW_MS } from '../rules.ts';
import { changes } from './products.ts';

/** How long after one source another may report the same change: a theme reads the cart again in between. */
const SAME_CHANGE_MS = 10_000;
const MAX_CHANGES = 50;

/**
 * Reports a change of the cart. The core takes two reports for one by their time; these also by their content, so that a
 * source that is late repeats.
 */
export const reportChange = (source: string, event: string, product: Properties, report: Report) => {
  const what = event + (product.variant_id || product.product_id) + (product.quantity || 1);
  const at = Date.now();
  const other = changes.find(
    ([same, when, sources]) => same === what && at - when < SAME_CHANGE_MS && !sources.includes(source),
  );
  if (other) other[2] += source;
  else if (changes.unshift([what, at, source, product]) > MAX_CHANGES) changes.pop();
  // As if it had been reported just now.
  const repeat = { timestamp: new Date(), actions: [[{}, event, at]] } as unknown as Moment;
  report(event, product, other && at - other[1] >= REPEAT_WINDOW_MS ? repeat : undefined);
};

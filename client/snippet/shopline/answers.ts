import { list, type Thing } from '../thing.ts';

/** Whether the shop refused a request, which some endpoints answer with status 200. */
export const isRefusal = (answer: Thing) => {
  const { success, code = '', status, error, errors, message, msg } = answer || {};
  return (
    `${success}` === 'false' ||
    !/^(success|ok|0|200|)$/i.test(code) ||
    status > 399 ||
    error ||
    // Not an empty list.
    (errors === Object(errors) ? Object.keys(errors)[0] : errors) ||
    (!success && !code && (message || msg))
  );
};

/** The cart in an answer. */
export const cartOf = (answer: Thing): Thing => ({ ...answer, ...answer?.cart, ...answer?.data });

/** An answer's list of lines; undefined when it has none. */
export const listOf = (answer: Thing): Thing[] | undefined => {
  const { items, line_items, lineItems, activeItems, inactiveItems } = cartOf(answer);
  // Lines by promotion, then those that cannot be bought any more.
  const grouped =
    Array.isArray(activeItems) &&
    activeItems.flatMap((group) => list(group?.itemList)).concat(list(inactiveItems));
  return [grouped, items, line_items, lineItems, answer?.data, answer].find(Array.isArray);
};

/** Whether a list of lines is the whole cart, and not only what was asked for. */
export const isWholeCart = (answer: Thing): boolean => {
  const { item_count, total_price, activeItems } = cartOf(answer);
  return (item_count ?? total_price ?? activeItems) != null;
};

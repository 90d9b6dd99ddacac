import { readAmount } from '../amount.ts';
import type { OnTexts, Report, Translate } from '../api.ts';
import { list, type Thing } from '../thing.ts';

/** An order of yesterday's in another time zone may be new. */
const MAX_AGE_MS = 36 * 3_600_000;
/** What is no longer a new order, and where earlier ones are shown. */
const OLD = /Cancel|Deliver|Pickup|Problem|Return|Transit/;
const ACCOUNT = /account|history|profile/i;

/**
 * Reports the order of a page, where it is the only one there and was just made: not cancelled, sent or older than a day and a
 * half, and not in an account. Without a number it is none: each reload would count as another.
 */
export const reportOrder = (
  things: Thing[],
  [, seen, key, isTaken]: Parameters<OnTexts>,
  toProduct: Translate,
  report: Report,
) => {
  const orders = things.filter((thing) => /\bOrder\b/.test(thing['@type']) && thing.orderNumber);
  const [order = {}] = orders;
  const { orderNumber, orderedItem, acceptedOffer } = order;
  const isNew = (one: Thing) =>
    one.orderNumber === orderNumber &&
    !OLD.test(one.orderStatus) &&
    !(+seen.timestamp - Date.parse(one.orderDate) > MAX_AGE_MS);
  // Of one that another page has reported, nothing is left to do.
  if (!orderNumber || isTaken || ACCOUNT.test(seen.page.path) || !orders.every(isNew)) return;
  const { price: total, value, currency } = toProduct(order);
  const { name: order_id } = toProduct({ name: orderNumber });
  const products = list(orderedItem || acceptedOffer).map((line) => {
    const product: Thing = toProduct({ ...line, ...(line.orderedItem || line.itemOffered) });
    const amount = line.orderQuantity ?? line.eligibleQuantity;
    const quantity = readAmount(amount?.value ?? amount);
    const { price } = product;
    return { ...product, quantity, value: price && +(price * (quantity ?? 1)).toFixed(3) };
  });
  report(
    'Order Completed',
    { order_id, total, value, currency, products },
    { ...seen, messageId: key && `${key.slice(-32)}.1` },
  );
};

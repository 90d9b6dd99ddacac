import { SHOP_POLICY } from '../../support/shop.ts';
import { type Chance, centsOf, type Reading, reading, writeLines } from './lines.ts';
import type { ReadableOrder } from './orders.ts';
import { ANYTHING, amounts, currencies, ids, lists, times, type Written } from './written.ts';

const DECIMAL = /^\d+\.\d\d$/;

/** A shop system has one way of writing: what is not written in it may be left out, and its ids are kept as they are. */
const asWebhook = (options: readonly Written[]): Written[] =>
  options.map((written) => {
    const { sent } = written;
    const id = typeof sent === 'string' && isId(options) ? { also: sent.trim() } : {};
    const isAmount = typeof options[0]?.reads === 'number' && options[0].reads < 1e9;
    const isOwn =
      sent === options[0]?.sent || (isAmount && (typeof sent === 'number' || DECIMAL.test(`${sent}`)));
    return { ...written, ...id, isPlain: written.isPlain && isOwn };
  });

const isId = ([first]: readonly Written[]) => typeof first?.reads === 'string' && first.reads.length > 3;

/** The field of a webhook, and the property it becomes. */
const FIELDS = {
  id: 'order_id',
  currency: 'currency',
  current_total_price: 'total',
  total_tax: 'tax',
} as const;
const LINE_TEXTS = ['title', 'variant_title', 'image_url', 'price_set'] as const;
const TEXTS = ['customer', 'note_attributes', 'discount_codes', 'client_details', 'landing_site'] as const;
/** A field that may be written in some other way is one of so many. */
const ODD = 12;

/** The body of a webhook about an order, some fields of which are written in another way. */
export function writeWebhookOrder(
  chance: Chance,
  number: number,
): { body: Record<string, unknown>; order: ReadableOrder } {
  const one = <T>(of: readonly T[]): T => of[chance(of.length - 1)] as T;
  const write = (options: readonly Written[]) => {
    const all = asWebhook(options);
    return (chance(ODD) === 0 ? one(all) : all[0]) as Written;
  };
  const anything = (to: Record<string, unknown>, names: readonly string[]) => {
    for (const name of names) if (chance(ODD) === 0) to[name] = one(ANYTHING).sent;
  };
  const cents = (max: number) => centsOf(chance, max);
  const mark = `order-mark-${number}`;
  const orderId = `${60_000_000 + number}`;
  const { sent, lines, sum } = writeLines({ chance, write, anything }, LINE_TEXTS, (count) => [
    ['product_id', write(ids(`${70_000_000 + number * 4 + count}`))],
    ['variant_id', write(ids(`V-${number}-${count}`))],
  ]);
  const total = cents(90_000_000);
  const written: Record<keyof typeof FIELDS, Written> = {
    // Without it the order is named by its number.
    id: one(asWebhook(ids(orderId)).filter(({ isPlain }) => isPlain)),
    currency: write(currencies(one(['USD', 'TWD']), SHOP_POLICY.STORE_CURRENCY)),
    // Without a total the order is read from the Admin API, which has none here.
    current_total_price: sum === undefined ? (amounts(total)[0] as Written) : write(amounts(total)),
    total_tax: write(amounts(cents(90_000))),
  };
  const list = write(lists(sent));
  const created = write(times(Math.floor(Date.now() / 60_000 - chance(3_000)) * 60_000));
  const body: Record<string, unknown> = {
    ...{ name: `#W${number}`, cart_token: mark, financial_status: 'paid', source_name: 'web' },
    ...{ created_at: created.sent, line_items: list.sent },
  };
  const fields: Record<string, Reading> = {};
  for (const [field, property] of Object.entries(FIELDS) as [keyof typeof FIELDS, string][]) {
    body[field] = written[field].sent;
    fields[property] = reading(written[field]);
  }
  anything(body, TEXTS);
  return {
    body,
    order: {
      ...{
        mark,
        orderId,
        fields,
        lines,
        timestamp: reading(created),
        values: [total, ...(sum === undefined ? [] : [sum / 100])],
      },
      hasPlainLines: list.isPlain,
    },
  };
}

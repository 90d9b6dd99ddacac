import { z } from 'zod';
import { firstIssue } from '../issues.ts';
import { type ApiRequest, isObject, refuse, type ValidationResult } from '../stand-in.ts';

/**
 * One order as the Admin API lists it. The filters read `status` (default `open`), `fulfillment_status` (default
 * `unshipped`), `updated_at` and `order_at`.
 */
export type ShoplineOrder = Readonly<Record<string, unknown>>;

const When = z.iso.datetime({ offset: true, error: 'must be ISO 8601 with a zone' });
const Filters = z.strictObject({
  status: z.enum(['open', 'cancelled', 'hidden', 'any']).default('any'),
  fulfillment_status: z.enum(['unshipped', 'partial', 'shipped', 'any']).default('unshipped'),
  updated_at_min: When.optional(),
  updated_at_max: When.optional(),
  sort_condition: z.enum(['order_at:asc', 'order_at:desc']).optional(),
});
const size = { limit: z.string().regex(/^([1-9]\d?|100)$/, 'must be from 1 to 100') };
const FirstPage = Filters.extend(size);
/** A cursor contains its filters, so only the page size may accompany it. */
const NextPage = z.strictObject({ ...size, page_info: z.string() });
const Cursor = Filters.extend({ from: z.int().min(0) });
type Cursor = z.infer<typeof Cursor>;

/** Lists orders in pages; without `sort_condition` in the order of the list. */
export function listOrders(
  { path, query, headers }: ApiRequest,
  orders: readonly ShoplineOrder[],
): ValidationResult {
  const refused = (why: string) => refuse(422, { errors: why }, [query], why);
  const { limit = '50', ...asked } = Object.fromEntries(new URLSearchParams(query));
  const issue = firstIssue('page_info' in asked ? NextPage : FirstPage, { limit, ...asked });
  if (issue) return refused(`${issue.field}: ${issue.message}`);
  const cursor = 'page_info' in asked ? readCursor(asked.page_info) : { ...Filters.parse(asked), from: 0 };
  if (!cursor) return refused('page_info: unknown cursor');
  const found = sorted(
    orders.filter((order) => isAskedFor(order, cursor)),
    cursor.sort_condition,
  );
  const end = cursor.from + Number(limit);
  const next = new URLSearchParams({ limit, page_info: pageInfo({ ...cursor, from: end }) });
  return {
    status: 200,
    ...(end < found.length && {
      headers: { Link: `<http://${headers.host}${path}?${next}>; rel="next"` },
    }),
    answer: { orders: found.slice(cursor.from, end) },
    accepted: [],
    refused: [],
  };
}

function isAskedFor(order: ShoplineOrder, asked: Cursor): boolean {
  const { status, fulfillment_status, updated_at_min, updated_at_max } = asked;
  const is = (wanted: string, value: unknown) => wanted === 'any' || wanted === value;
  const updatedMs = Date.parse(String(order.updated_at));
  return (
    is(status, order.status ?? 'open') &&
    is(fulfillment_status, order.fulfillment_status ?? 'unshipped') &&
    (updated_at_min === undefined || updatedMs >= Date.parse(updated_at_min)) &&
    (updated_at_max === undefined || updatedMs <= Date.parse(updated_at_max))
  );
}

function sorted(orders: readonly ShoplineOrder[], by: Cursor['sort_condition']): readonly ShoplineOrder[] {
  if (!by) return orders;
  const placedMs = ({ order_at }: ShoplineOrder) => Date.parse(String(order_at)) || 0;
  const sign = by === 'order_at:asc' ? 1 : -1;
  return orders.toSorted((a, b) => sign * (placedMs(a) - placedMs(b)));
}

const pageInfo = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url');

function readCursor(text = ''): Cursor | undefined {
  try {
    const given: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return isObject(given) ? Cursor.safeParse(given).data : undefined;
  } catch {
    return undefined;
  }
}

import { readJsonObject } from '../../../../shared/json.ts';
import type { AdminApi } from '../admin/api.ts';
import { nextPage } from '../admin/next-page.ts';

type Query = Readonly<Record<string, string>>;

/** One query each: `orders.json` returns only orders in the requested state. */
export const FULFILLMENT = ['unshipped', 'partial', 'shipped'] as const;

/** The query for orders changed in a time span, epoch ms; without `untilMs` up to now. */
export const changedOrders = (
  fulfillment_status: (typeof FULFILLMENT)[number],
  fromMs: number,
  untilMs: number | undefined,
): Query => ({
  status: 'any',
  fulfillment_status,
  updated_at_min: iso(fromMs),
  ...(untilMs !== undefined && { updated_at_max: iso(untilMs) }),
  sort_condition: 'order_at:asc',
  limit: '100',
});

/** Whole seconds, as in SHOPLINE's examples. */
const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, '+00:00');

export interface Page {
  orders: unknown[];
  /** The query of the next page; absent on the last. */
  next?: Query;
}

/** @throws {OrdersUnread} when the answer contains no orders, and `NoAnswer` from `api`. */
export async function readPage(api: AdminApi, query: Query): Promise<Page> {
  const { status, headers, body } = await api.call({ method: 'GET', path: 'orders.json', query });
  const answer = status === 200 ? readJsonObject(body) : undefined;
  if (!Array.isArray(answer?.orders)) throw new OrdersUnread(status);
  const next = nextPage(headers.link);
  return { orders: answer.orders, ...(next && { next }) };
}

/** SHOPLINE's answer contains no orders. */
export class OrdersUnread extends Error {
  override name = 'OrdersUnread';
  readonly status: number;
  constructor(status: number) {
    super(`orders.json was answered with status ${status} and without orders`);
    this.status = status;
  }
}

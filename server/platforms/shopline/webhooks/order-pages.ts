import { isObject } from '../../../../shared/message.ts';
import { parseBody } from '../../../http/json.ts';
import type { AdminApi } from '../admin/api.ts';
import { nextPage } from '../admin/next-page.ts';

type Query = Readonly<Record<string, string>>;

/** Asked for one by one, because an order in another state than the one asked for is not answered. */
export const FULFILLMENT = ['unshipped', 'partial', 'shipped'] as const;

/** Orders changed in a time, epoch ms; without an end up to now. */
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

/** Whole seconds, as SHOPLINE's own examples are written. */
const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, '+00:00');

export interface Page {
  orders: unknown[];
  /** What asks for the next page; absent on the last. */
  next?: Query;
}

/** @throws {OrdersUnread} when the answer holds no orders, and `NoAnswer` when there is none. */
export async function readPage(api: AdminApi, query: Query): Promise<Page> {
  const { status, headers, body } = await api.call({ method: 'GET', path: 'orders.json', query });
  const answer = status === 200 ? readJson(body) : undefined;
  if (!isObject(answer) || !Array.isArray(answer.orders)) throw new OrdersUnread(status);
  const next = nextPage(headers.link);
  return { orders: answer.orders, ...(next && { next }) };
}

/** SHOPLINE answered something else than orders. */
export class OrdersUnread extends Error {
  override name = 'OrdersUnread';
  readonly status: number;
  constructor(status: number) {
    super(`orders.json was answered with status ${status} and without orders`);
    this.status = status;
  }
}

function readJson(body: string): unknown {
  try {
    return parseBody(Buffer.from(body)).value;
  } catch {
    return undefined;
  }
}

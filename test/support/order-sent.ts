import type { Sandbox } from '../../server/sandbox/index.ts';

/** How to find the requests of one order, and what to call the ids in them. */
export interface Own {
  orderNames: readonly string[];
  /** The one id that all requests must have. */
  orderId: string;
  click: string;
  who: Readonly<Record<string, string>>;
}

/** One line for each request of the order, sorted: names, ids, value, and who. The order's id is written as `ID`. */
export interface Sent {
  tiktok: string[];
  customerio: string[];
  shopline: string[];
}

interface ToTikTok {
  event: string;
  event_id: string;
  user?: { ttclid?: string };
  properties?: { order_id?: string; value?: number; currency?: string };
}
interface ToCustomerIo {
  event: string;
  userId?: string;
  anonymousId?: string;
  properties: { order_id?: string; total?: number; currency?: string };
}
interface ToShopline {
  event_code: string;
  user_id: { type: string; value: string }[];
  attrs?: { order_id?: string; value?: number; currency?: string };
}

/** What the stand-ins accepted of one order. */
export function sentOf(sandbox: Sandbox, { orderNames, orderId, click, who }: Own): Sent {
  const isOwn = (item: unknown) => orderNames.some((name) => JSON.stringify(item).includes(`"${name}"`));
  const nameOf = (id: string | undefined) => (id === undefined ? [] : [who[id] ?? id]);
  const line = (...parts: (string | number | undefined)[]) =>
    parts.map((part) => String(part ?? '-').replace(orderId, 'ID')).join(' ');
  const linesOf = <Item>(api: 'tiktok' | 'customerio' | 'shopline', describe: (item: Item) => string) =>
    (sandbox.accepted(api).filter(isOwn) as Item[]).map(describe).sort();
  return {
    tiktok: linesOf<ToTikTok>(
      'tiktok',
      ({ event, event_id, user, properties: { order_id, value, currency } = {} }) =>
        line(event, event_id, order_id, value, currency, user?.ttclid === click ? 'click' : user?.ttclid),
    ),
    customerio: linesOf<ToCustomerIo>(
      'customerio',
      ({ event, userId, anonymousId, properties: { order_id, total, currency } }) =>
        line(event, order_id, total, currency, [userId, anonymousId].flatMap(nameOf).join('+')),
    ),
    shopline: linesOf<ToShopline>(
      'shopline',
      ({ event_code, user_id, attrs: { order_id, value, currency } = {} }) =>
        line(event_code, order_id, value, currency, user_id.flatMap(({ value }) => nameOf(value)).join('+')),
    ),
  };
}

import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { refundPayload } from '../../server/sandbox/webhooks.ts';
import type { CollectorOptions } from './collector.ts';
import { basic } from './shop.ts';
import { createSkipClock, type SkipClock } from './skip-clock.ts';
import { startWebhookShop } from './webhook-shop.ts';

type Api = 'tiktok' | 'customerio' | 'shopline';
/** One event as a stand-in accepted it. */
export interface Item {
  event?: string;
  event_id?: string;
  event_code?: string;
  parent_event_id?: string;
  userId?: string;
  anonymousId?: string;
  user_id?: { type: string; value: string }[];
  attrs?: { order_id?: string; value?: number; currency?: string };
  properties?: {
    order_id?: string;
    total?: number;
    value?: number;
    currency?: string;
    financial_status?: string;
    contents?: { content_id: string; content_type: string; quantity?: number }[];
  };
}

const SERVER_KEY = 'server-key-of-the-backend-0123';
const CODES = {
  'Order Completed': 'Z_sale_order',
  'Order Refunded': 'Z_sale_refund',
  'Order Cancelled': 'Z_sale_cancel',
};

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
export const nowText = (): string => new Date().toISOString();
/** The order's one line at another price. */
export const priced = (price: number) => ({
  lines: [{ productId: 'tea', variantId: 'tea-1', title: 'Tea', price, quantity: 1 }],
});
/** A transaction of a refund whose money has moved. */
export const refunded = (amount: string, more: object = {}) => ({
  ...{ kind: 'refund', status: 'success', amount, currency: 'TWD' },
  ...more,
});
/** Event and value at TikTok, `Purchase 46 TWD`, sorted: a request may contain them in any order. */
export const atTikTok = (items: readonly Item[]): string[] =>
  items
    .map(({ event, properties }) => [event, properties?.value, properties?.currency].join(' ').trim())
    .sort();
/** Event and total at Customer.io in the order of arrival, `Order Completed 46`. */
export const atCustomerIo = (items: readonly Item[]): string[] =>
  items.map(({ event, properties }) => [event, properties?.total].join(' ').trim());

/**
 * A collector with order webhooks, a server key and codes for refunds and cancellations, which many tests share: each
 * starts an order of its own. The shop system has reported an order before, so a page's word makes none unless
 * `variables` say so.
 */
export async function startOrderRows(
  variables: Record<string, string> = {},
  options: CollectorOptions = {},
  mergeWindow: MergeWindow = NO_WINDOW,
) {
  const own: Record<string, string> = {
    SHOPLINE_EVENT_CODES: JSON.stringify(CODES),
    SERVER_KEY,
    ...variables,
  };
  const shop = await startWebhookShop(own, options);
  if (own.SHOPLINE_APP_SECRET !== '')
    await shop.place('21050224312121887324660000', '#D999', { userId: '6999' });
  let count = 0;

  const sendSigned = async (topic: string, body: object) => {
    const answer = await shop.sendWebhook(topic, body, `${topic}-${++count}`);
    expect(answer.status).toBe(200);
  };

  return {
    ...shop,
    sendSigned,
    startOrder() {
      const nth = ++count;
      const id = `2105022431212188732466${String(nth).padStart(4, '0')}`;
      const number = `D${1000 + nth}`;
      const cartToken = `cart-token-of-${nth}`;
      const checkoutToken = `checkout-token-of-${nth}`;
      const email = `buyer-${nth}@example.com`;
      const visitor = `5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f${String(nth).padStart(4, '0')}`;
      const names = [`"${id}"`, `"${number}"`, `${checkoutToken}"`];
      const webhookBody = (parts: object, more: object) => ({
        ...shop.order(id, number, { financialStatus: 'pending', cartToken, checkoutToken, ...parts }),
        ...more,
      });
      /** What the API accepted of this order, when nothing is left to send. */
      mergeWindow.begin();
      let hasEnded: Promise<void> | undefined;
      const at = async (api: Api): Promise<Item[]> => {
        hasEnded ??= mergeWindow.end();
        await hasEnded;
        await shop.settled();
        const accepted = shop.sandbox.accepted(api) as Item[];
        return accepted.filter((item) => names.some((name) => JSON.stringify(item).includes(name)));
      };
      return {
        ...{ id, number, email, visitor, cartToken, checkoutToken, webhookBody, sendSigned, at },
        eventsAt: async (api: 'tiktok' | 'customerio') => (await at(api)).map(({ event }) => event),
        codesAtShopline: async () => (await at('shopline')).map(({ event_code }) => event_code),
        /** A signed webhook with the order's body: `parts` as `orderPayload` takes them, `more` as SHOPLINE writes it. */
        send: (topic: string, parts: object = {}, more: object = {}) =>
          sendSigned(topic, webhookBody(parts, more)),
        refund: (amount: number, more: object = {}, topic = 'refunds/create') =>
          sendSigned(topic, {
            ...refundPayload({ refundId: `refund-${id}`, orderId: id, refundedAtMs: Date.now(), amount }),
            ...more,
          }),
        /** The thank-you page, in the browser that has the order's cart. */
        page: async (properties: object, event = 'Order Completed') => {
          const answer = await shop.track(
            event,
            { cart_id: cartToken, currency: 'TWD', ...properties },
            visitor,
          );
          expect(await answer.json()).toMatchObject({ rejected: [] });
        },
        /** The shop's backend, with its server key. */
        backend: async (message: object) => {
          const answer = await shop.post('/v1/track', message, { authorization: basic(SERVER_KEY) });
          expect(await answer.json()).toMatchObject({ accepted: 1 });
        },
      };
    },
  };
}

export type OrderRows = Awaited<ReturnType<typeof startOrderRows>>;

/**
 * The same with a merge window of minutes, in which every order's reports arrive: it ends for all orders at once, when
 * each test that started one looks at what was sent.
 */
export function startMergingRows(variables: Record<string, string> = {}, options: CollectorOptions = {}) {
  const clock = createSkipClock();
  const merging = { ORDER_MERGE_SECONDS: '300', ...variables };
  return startOrderRows(merging, { ...options, clock }, createMergeWindow(clock));
}

/** The merge window of all orders that tests send reports of at the same time. */
interface MergeWindow {
  begin(): void;
  /** Resolves when every window that began has ended. */
  end(): Promise<void>;
}

const NO_WINDOW: MergeWindow = { begin: () => {}, end: async () => {} };

function createMergeWindow(clock: SkipClock): MergeWindow {
  let open = 0;
  let ended = Promise.withResolvers<void>();
  return {
    begin: () => void open++,
    end() {
      const { promise } = ended;
      if (--open === 0) {
        // A refund or cancellation is due a second after its order.
        clock.skip(302_000);
        ended.resolve();
        ended = Promise.withResolvers();
      }
      return promise;
    },
  };
}

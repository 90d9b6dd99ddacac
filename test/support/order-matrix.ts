import { createHash } from 'node:crypto';
import { createSandbox, type Sandbox } from '../../server/sandbox/index.ts';
import { orderPayload } from '../../server/sandbox/webhooks.ts';
import { eventually } from './eventually.ts';
import { type Sent, sentOf } from './order-sent.ts';
import { basic } from './shop.ts';
import { tempDir } from './temp-dir.ts';
import { IN_BROWSER, startWebhookShop } from './webhook-shop.ts';

export type Voice = 'webhooks on' | 'server key' | 'browser only';
export interface Cell {
  /** 1, 2, …; every id of the cell is made of it. */
  nth: number;
  voice: Voice;
  buyer: 'guest' | 'logged in';
  /** `shop` is the webhook, or the backend with its server key. */
  arrival: 'page first' | 'shop first' | 'page alone' | 'shop alone' | 'poll alone';
  payment: 'paid' | 'COD';
}
/** Before a COD order is paid, and when everything was sent. */
export interface Result {
  unpaid: Sent;
  whole: Sent;
}

/** Of the order; the page shows another price, which counts only where pages make orders. */
export const PRICE = 240;
export const PAGE_PRICE = 199;
const NOTHING: Sent = { tiktok: [], customerio: [], shopline: [] };
const SERVER_KEY = 'server-key-of-the-backend-0123';
const VARIABLES: Readonly<Record<Voice, Record<string, string>>> = {
  'webhooks on': {},
  'server key': { SHOPLINE_APP_SECRET: '', SERVER_KEY, ORDERS_FROM: 'server' },
  'browser only': { SHOPLINE_APP_SECRET: '', ORDERS_FROM: 'browser' },
};

/** Runs all cells of one voice in one collector; a COD order is paid after everything else was sent. */
export async function runCells(
  voice: Voice,
  cells: readonly Cell[],
  whenOver: (clean: () => Promise<void> | void) => void,
): Promise<Map<Cell, Result>> {
  const sandbox = await createSandbox();
  whenOver(() => sandbox.close());
  const options = { sandbox, dataDir: tempDir(whenOver), whenOver };
  const variables = { ORDER_MERGE_SECONDS: '1', ...VARIABLES[voice] };
  const polled = cells.filter(({ arrival }) => arrival === 'poll alone');
  sandbox.shopline.orders = polled.map((cell) => orderOf(cell, false));
  let shop = await startWebhookShop(variables, options);
  if (voice === 'webhooks on') await shop.place('21050224312121887324660000', '#D999', { userId: '6999' });
  const each = (arrivals: readonly Cell['arrival'][], report: (cell: Cell) => Promise<unknown>) =>
    Promise.all(cells.filter(({ arrival }) => arrivals.includes(arrival)).map(report));
  const byPage = (cell: Cell) => pageReport(shop, cell);
  const byShop = (cell: Cell) => shopReport(shop, cell);
  await each(['page first', 'page alone'], byPage);
  await each(['shop first', 'shop alone'], byShop);
  await each(['page first'], byShop);
  await each(['shop first'], byPage);
  if (polled.length > 0) await isPolled(sandbox, 1);
  await shop.settled();
  const unpaid = new Map(cells.map((cell) => [cell, readSent(sandbox, cell)]));
  if (polled.length > 0) {
    await shop.stop();
    sandbox.shopline.orders = polled.map((cell) => orderOf(cell, true));
    shop = await startWebhookShop(variables, options);
  }
  const cod = cells.filter(({ payment }) => payment === 'COD');
  await Promise.all(
    cod.map((cell) => {
      if (cell.arrival === 'poll alone') return undefined;
      return cell.arrival === 'page alone' ? pageReport(shop, cell, true) : shopReport(shop, cell, true);
    }),
  );
  if (polled.length > 0) await isPolled(sandbox, 2);
  await shop.settled();
  return new Map(
    cells.map((cell) => [cell, { unpaid: unpaid.get(cell) ?? NOTHING, whole: readSent(sandbox, cell) }]),
  );
}

/** Resolves when orders were read so many times: each time in three requests, the first of which has them all. */
const isPolled = (sandbox: Sandbox, times: number) =>
  eventually(
    () => sandbox.received('shopline').filter(({ path }) => path.includes('orders.json')).length,
    (requests) => requests === 3 * times,
  );

type Shop = Awaited<ReturnType<typeof startWebhookShop>>;

const digits = (nth: number) => String(nth).padStart(4, '0');
const idOf = ({ nth }: Cell) => `2105022431212188732466${digits(nth)}`;
const numberOf = ({ nth }: Cell) => `D${1000 + nth}`;
const visitorOf = ({ nth }: Cell) => `5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f${digits(nth)}`;
const cartOf = ({ nth }: Cell) => `cart-token-${digits(nth)}`;
/** What a backend that does not know the browser calls a guest. */
const sessionOf = ({ nth }: Cell) => `session-of-the-backend-${digits(nth)}`;
const userOf = ({ nth, buyer }: Cell) => (buyer === 'guest' ? undefined : String(7000 + nth));
const emailOf = ({ nth }: Cell) => `buyer-${nth}@example.com`;
const clickOf = ({ nth }: Cell) => `click-${digits(nth)}`;

async function pageReport(shop: Shop, cell: Cell, isPaidLater = false): Promise<void> {
  const message = {
    event: isPaidLater ? 'Order Updated' : 'Order Completed',
    anonymousId: visitorOf(cell),
    ...(userOf(cell) && { userId: userOf(cell) }),
    context: { tiktok: { ttclid: clickOf(cell) }, page: { url: 'https://shop.example/thank-you' } },
    properties: {
      order_id: numberOf(cell),
      cart_id: cartOf(cell),
      total: PAGE_PRICE,
      currency: 'TWD',
      financial_status: isPaidLater || cell.payment === 'paid' ? 'paid' : 'pending',
    },
  };
  await accepted(shop.post('/v1/track', message, IN_BROWSER));
}

async function shopReport(shop: Shop, cell: Cell, isPaidLater = false): Promise<void> {
  const isPaid = isPaidLater || cell.payment === 'paid';
  if (cell.voice === 'server key') {
    const message = {
      event: isPaidLater ? 'Order Updated' : 'Order Completed',
      ...(userOf(cell) ? { userId: userOf(cell) } : { anonymousId: sessionOf(cell) }),
      context: { traits: { email: emailOf(cell) } },
      properties: {
        order_id: idOf(cell),
        order_number: numberOf(cell),
        cart_token: cartOf(cell),
        total: PRICE,
        currency: 'TWD',
        financial_status: isPaid ? 'paid' : 'pending',
      },
    };
    return accepted(shop.post('/v1/track', message, { authorization: basic(SERVER_KEY) }));
  }
  const order = orderOf(cell, isPaidLater);
  if (!isPaidLater) await accepted(shop.sendWebhook('orders/create', order, `create-${cell.nth}`));
  if (isPaid) await accepted(shop.sendWebhook('orders/paid', order, `paid-${cell.nth}`));
}

async function accepted(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  const text = await response.text();
  const { accepted = 0, duplicates = 0 } = JSON.parse(text);
  if (accepted + duplicates !== 1) throw new Error(`${response.status} ${text}`);
}

const orderOf = (cell: Cell, isPaidLater: boolean) => {
  const userId = userOf(cell);
  return orderPayload({
    orderId: idOf(cell),
    number: `#${numberOf(cell)}`,
    placedAtMs: Date.now(),
    lines: [{ productId: 'tea', variantId: 'tea-1', title: 'Tea', price: PRICE, quantity: 1 }],
    financialStatus: isPaidLater || cell.payment === 'paid' ? 'paid' : 'pending',
    email: emailOf(cell),
    cartToken: cartOf(cell),
    ...(userId !== undefined && { userId }),
  });
};

const readSent = (sandbox: Sandbox, cell: Cell) =>
  sentOf(sandbox, {
    orderNames: [idOf(cell), numberOf(cell)],
    orderId: cell.voice === 'browser only' ? numberOf(cell) : idOf(cell),
    click: clickOf(cell),
    who: {
      [visitorOf(cell)]: 'visitor',
      [createHash('sha256').update(emailOf(cell)).digest('hex')]: 'email-digest',
      [sessionOf(cell)]: 'session',
      [userOf(cell) ?? '']: 'user',
    },
  });

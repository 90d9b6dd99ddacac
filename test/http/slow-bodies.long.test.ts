// @module-tag slow
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createBudget } from '../../server/http/budget.ts';
import { signShopline } from '../../server/sandbox/webhooks.ts';
import { basic, eventually, WRITE_KEY } from '../support/collector.ts';
import { startWebhookShop } from '../support/webhook-shop.ts';

const SERVER_KEY = 'server-key-of-the-backend-0123';
const start = () => startWebhookShop({ SERVER_KEY });
type Shop = Awaited<ReturnType<typeof start>>;

async function heldBytes(shop: Shop): Promise<number> {
  const scrape = await (await shop.admin('GET', '/metrics')).text();
  return Number(/^storebeacon_ingest_in_flight_bytes (\d+)$/m.exec(scrape)?.[1]);
}

/** Connections that send so much of a long body and then nothing. */
function hold(shop: Shop, path: string, headers: string, sizes: readonly number[]): Socket[] {
  return sizes.map((bytes) => {
    const socket = connect(shop.port, '127.0.0.1').on('error', () => {});
    onTestFinished(() => void socket.destroy());
    socket.resume();
    socket.write(`POST ${path} HTTP/1.1\r\nHost: shop\r\n${headers}Content-Length: 500000\r\n\r\n`);
    socket.write(Buffer.alloc(bytes, ' '));
    return socket;
  });
}

/** Resolves when what is held has stopped changing. */
async function steady(shop: Shop, minBytes: number): Promise<void> {
  let before = -1;
  let same = 0;
  await eventually(
    () => heldBytes(shop),
    (bytes) => {
      same = bytes === before && bytes >= minBytes ? same + 1 : 0;
      before = bytes;
      return same === 10;
    },
  );
}

/** As much as fits, and what is left of it in smaller and smaller parts. */
async function holdAll(shop: Shop, path: string, headers: string): Promise<void> {
  hold(shop, path, headers, Array(40).fill(490_000));
  await steady(shop, 5_000_000);
  hold(shop, path, headers, [100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 250, 120, 60, 30]);
  await steady(shop, 5_000_000);
}

/** The status of a request whose body comes in two pieces, as it does over any real network. */
function inPieces(shop: Shop, path: string, headers: Record<string, string>, body: string): Promise<string> {
  const lines = Object.entries({ ...headers, Host: 'shop', 'Content-Length': Buffer.byteLength(body) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const socket = connect(shop.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const cut = Math.floor(body.length / 2);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('data', (data) => resolve(data.toString().split(' ')[1] ?? ''));
    socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n${body.slice(0, cut)}`);
    setTimeout(() => socket.write(body.slice(cut)), 100);
  });
}
let last = 0;
function webhook(shop: Shop): Promise<string> {
  const body = shop.order(`210502243121218873246700${++last}`, `#D700${last}`, { userId: '77' });
  const signed = signShopline({
    topic: 'orders/create',
    body,
    secret: 'app-secret-of-the-shop',
    shopDomain: 'sandbox.myshopline.com',
    webhookId: `create-${last}`,
  });
  return inPieces(shop, '/v1/webhooks/shopline', signed.headers, signed.body);
}
const backend = (shop: Shop, headers: Record<string, string>, body: object = {}) =>
  inPieces(shop, '/v1/track', headers, JSON.stringify({ userId: 'u', event: 'Tea Poured', ...body }));

test.each([
  ['without a key', '/v1/batch', ''],
  ['with the write key', '/v1/batch', `Authorization: ${basic(WRITE_KEY)}\r\n`],
  ['with the write key in the URL', `/v1/batch?writeKey=${WRITE_KEY}`, ''],
  ['from a page', '/v1/batch', 'Origin: http://127.0.0.1:9000\r\n'],
  ['to the webhooks', '/v1/webhooks/shopline', ''],
  ['to the other webhooks', '/v1/webhooks/customerio', ''],
])(
  'while strangers hold half-sent bodies %s, a webhook and the backend are taken',
  async (_how, path, headers) => {
    const shop = await start();
    await holdAll(shop, path, headers);
    expect(await webhook(shop)).toBe('200');
    expect(await backend(shop, { authorization: basic(SERVER_KEY) })).toBe('200');
    expect(await backend(shop, {}, { writeKey: SERVER_KEY })).toBe('200');
  },
);

test('deliveries do not rest for half-sent bodies', () => {
  const budget = createBudget(1_000_000);
  const receiving = budget.receive('unproven', () => {});
  receiving.add(100);
  expect([budget.bytes(), budget.requests()]).toEqual([100, 0]);
  receiving.end();
  const release = budget.hold('browser', 200);
  expect([budget.bytes(), budget.requests()]).toEqual([200, 1]);
  release();
  expect([budget.bytes(), budget.requests()]).toEqual([0, 0]);
});

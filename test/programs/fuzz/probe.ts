import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { signShopline } from '../../../server/sandbox/webhooks.ts';
import { seededRandom } from '../../support/fleet.ts';
import { CLEAR_DOMAIN } from '../../support/fleet-messages.ts';
import { APP_SECRET, FLEET_SHOP } from '../../support/fleet-requests.ts';
import { ADMIN_TOKEN, basic, SHOP_ORIGIN, WRITE_KEY } from '../../support/shop.ts';
import { batchText, messageText } from './message.ts';
import { type ReadableOrder, writeOrders } from './orders.ts';
import { webhooks } from './webhook.ts';
import { writeWebhookOrder } from './webhook-orders.ts';
import { json } from './written.ts';

/** One request, as a sender might make it who means well, is broken, or means harm. */
export interface Probe {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
  /** Sent again after its answer, as by a client that never saw it. */
  isRepeated: boolean;
  /** The orders in it, in their order, where a person would call all of them readable. */
  orders?: ReadableOrder[];
}

const BATCH = ['/v1/batch', '/v1/b'];
const SINGLE = 'track page identify screen group alias t p i s g a'.split(' ').map((name) => `/v1/${name}`);
const OTHER = [
  '/v1/m',
  '/',
  '/healthz',
  '/readyz',
  '/openapi.json',
  '/s.js',
  '/s/0.1.0.js',
  '/metrics',
  '/admin/status',
  '/admin/dead-letters',
  '/admin/dead-letters/replay',
  '/admin/dead-letters/discard',
  '/admin/visitors/somebody',
  '/v1/projects/test-write-key/settings',
  '/v1/projects/%E0%A4%A/settings',
  '/v1/nothing',
];
const weighted = <T>(...rows: [weight: number, arbitrary: fc.Arbitrary<T>][]) =>
  fc.oneof(...rows.map(([weight, arbitrary]) => ({ weight, arbitrary })));

const query = fc.constantFrom(
  '',
  '',
  '',
  '?writeKey=test-write-key',
  '?writeKey=no',
  '?limit=x',
  '?%',
  '?a[b]=c&a=d',
  '?__proto__=1',
);
const wildPath = fc
  .string({ unit: 'grapheme-ascii', maxLength: 30 })
  .map((text) => `/${text.replace(/[^!-~]/g, '')}`);
const path = (fitting: readonly string[]) =>
  fc
    .tuple(
      weighted(
        [40, fc.constantFrom(...fitting)],
        [1, fc.constantFrom(...BATCH, ...SINGLE)],
        [2, fc.constantFrom(...OTHER)],
        [1, wildPath],
      ),
      query,
    )
    .map(([to, ask]) => `${to}${ask}`);
const method = weighted(
  [30, fc.constant('POST')],
  [1, fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD')],
);

const latin1 = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const oneOf = (...values: string[]) => weighted([30, fc.constantFrom(...values)], [1, latin1]);
/** A backend sends no `Origin`; one that does is refused. */
const isBackend = (authorization: string, chance: string | undefined) =>
  authorization === basic(FLEET_SHOP.serverKey) && chance === '0';
const headers = fc
  .record(
    {
      authorization: weighted(
        [30, fc.constant(basic(WRITE_KEY))],
        [8, fc.constant(basic(FLEET_SHOP.serverKey))],
        [1, oneOf(basic('no-such-key'), 'Bearer x', 'Basic ', `Bearer ${ADMIN_TOKEN}`)],
      ),
      origin: weighted([30, fc.constant(SHOP_ORIGIN)], [1, oneOf('null', 'https://evil.example')]),
      'content-type': oneOf(
        'application/json',
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/json; charset=utf-16',
      ),
      'content-encoding': weighted(
        [20, fc.constant('')],
        [1, oneOf('gzip', 'br', 'identity', 'deflate', 'gzip, gzip')],
      ),
      'x-strict-mode': weighted([10, fc.constant('0')], [1, fc.constant('1')]),
      'user-agent': oneOf(
        'Mozilla/5.0 Chrome/126.0.6478.127',
        'Googlebot/2.1',
        `x ${`mail@${CLEAR_DOMAIN}`}`,
      ),
      cookie: oneOf('ttclid=E.C.P.1; _sb_tt=1772323200000', '_ttp=abc', '=;;=', 'ttclid=%'),
      'sec-gpc': fc.constantFrom('0', '1'),
      'x-forwarded-for': oneOf('203.0.113.7', '::1', 'unknown'),
      referer: oneOf('https://shop.example/', `https://shop.example/?email=a@${CLEAR_DOMAIN}`),
    },
    { requiredKeys: ['authorization'] },
  )
  .map(
    (all) =>
      Object.fromEntries(
        Object.entries(all).filter(
          ([name, value]) =>
            value !== '' && !(name === 'origin' && isBackend(all.authorization, all['x-strict-mode'])),
        ),
      ) as Record<string, string>,
  );

/** What happens to good bytes on their way: nothing mostly. */
type Expectation = (bytes: Buffer, at: number) => Buffer;
const whole: Expectation = (bytes) => bytes;
const packed: Expectation = (bytes) => gzipSync(bytes, { level: 1 });
const EXPECTATIONS: Expectation[] = [
  (bytes) => gzipSync(gzipSync(bytes, { level: 1 })),
  (bytes, at) => bytes.subarray(0, Math.floor(at * bytes.length)),
  (bytes, at) => gzipSync(bytes, { level: 1 }).subarray(0, 2 + Math.floor(at * 40)),
  (bytes, at) => spliced(bytes, at, Buffer.from([0xff, 0xc0, 0x80])),
  (bytes, at) => spliced(bytes, at, Buffer.from([0xed, 0xa0, 0x80])),
  (bytes, at) => spliced(bytes, at, Buffer.from('NaN,')),
  (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  (bytes) => Buffer.concat([bytes, bytes]),
  (bytes) => Buffer.from(bytes.toString(), 'utf16le'),
];
function spliced(bytes: Buffer, at: number, foreign: Buffer): Buffer {
  const index = Math.floor(at * bytes.length);
  return Buffer.concat([bytes.subarray(0, index), foreign, bytes.subarray(index)]);
}
const written = (text: fc.Arbitrary<string>) =>
  fc
    .tuple(
      text,
      weighted([30, fc.constant(whole)], [5, fc.constant(packed)], [2, fc.constantFrom(...EXPECTATIONS)]),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    .map(([text, expectation, at]): Uint8Array => expectation(Buffer.from(text), at));
const garbage = weighted<Uint8Array>(
  [1, fc.uint8Array({ maxLength: 300 })],
  [1, fc.constant(Buffer.alloc(0))],
);
const isRepeated = fc.nat(19).map((chance) => chance === 19);

/** Orders as a shop's backend or a page sends them, fields of which are written in some other way. */
function orderProbes(newNumber: () => number): fc.Arbitrary<Probe> {
  return fc.noBias(fc.nat()).map((seed): Probe => {
    const random = seededRandom(seed);
    const chance = (max: number) => Math.floor(random() * (max + 1));
    const { path, body, orders } = writeOrders(chance, newNumber);
    const isPacked = chance(4) === 0;
    return {
      ...{ method: 'POST', path, orders, isRepeated: chance(19) === 0 },
      headers: {
        authorization: basic(chance(3) === 0 ? WRITE_KEY : FLEET_SHOP.serverKey),
        'content-type': 'application/json',
        ...(isPacked && { 'content-encoding': 'gzip' }),
      },
      body: isPacked ? gzipSync(body, { level: 1 }) : Buffer.from(body),
    };
  });
}

/** Orders as the shop system sends them, fields of which are written in some other way. */
function webhookProbes(newId: () => string, newNumber: () => number): fc.Arbitrary<Probe> {
  return fc.noBias(fc.nat()).map((seed): Probe => {
    const random = seededRandom(seed);
    const chance = (max: number) => Math.floor(random() * (max + 1));
    const { body, order } = writeWebhookOrder(chance, newNumber());
    const signed = signShopline({
      ...{ topic: 'orders/create', body: json(body), secret: APP_SECRET, webhookId: newId() },
      shopDomain: `${FLEET_SHOP.handle}.myshopline.com`,
    });
    return {
      ...{ method: 'POST', path: '/v1/webhooks/shopline', headers: signed.headers },
      ...{ body: Buffer.from(signed.body), isRepeated: chance(19) === 0, orders: [order] },
    };
  });
}

/**
 * @param newId gives each message an id no other has.
 * @param newNumber gives each order a number no other has.
 */
export function probes(newId: () => string, newNumber: () => number): fc.Arbitrary<Probe> {
  const to = (paths: readonly string[], body: fc.Arbitrary<Uint8Array>) =>
    fc.record({ method, path: path(paths), headers, body, isRepeated });
  return (
    weighted<Probe>(
      [10, to(SINGLE, written(messageText(newId)))],
      [10, to(BATCH, written(batchText(newId)))],
      [1, to([...SINGLE, ...BATCH], garbage)],
      [2, webhooks(newId)],
      [10, orderProbes(newNumber)],
      [2, webhookProbes(newId, newNumber)],
    )
      // A route that forgets people, opened, would make the log forget what it is held against.
      .filter(({ method, headers }) => method === 'GET' || !headers.authorization?.includes(ADMIN_TOKEN))
  );
}

// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { flushPromises } from '../support/pixel.ts';
import { capturing, freshBrowser, type Reported } from '../support/snippet.ts';

/** The cart of OS 2.0: lines by promotion, money in hundredths. */
const grouped = (...items: object[]) => ({
  success: true,
  code: 'SUCCESS',
  data: { activeItems: [{ itemList: items }], inactiveItems: [] },
});
const line20 = (skuId: string, num: number, more: object = {}) => ({
  spuId: `p-${skuId}`,
  skuId,
  num,
  price: 1250,
  ...more,
});
/** The Ajax cart of OS 2.1 and 3.0. */
const ajax = (...items: { quantity: number }[]) => ({
  token: 't',
  currency: 'USD',
  items,
  item_count: items.reduce((sum, { quantity }) => sum + quantity, 0),
});
const line = (id: string, quantity: number, more: object = {}) => ({
  id,
  key: `${id}:c0ffee`,
  product_id: `p-${id}`,
  quantity,
  price: 10,
  ...more,
});

type Answer = { status?: number; body: unknown };
let answers: Record<string, () => Answer | Promise<Answer>>;
let reported: Reported[];

const changes = () =>
  reported.map(([event, { variant_id, quantity }]) => [event.split(' ')[1], variant_id, quantity]);
const answering = (route: string, body: unknown, status = 200) => {
  answers[route] = () => ({ status, body });
};
const READ = 'GET /api/carts/ajax-cart';
const JSON_TYPE = { 'content-type': 'application/json' };

async function send(method: string, path: string, body?: BodyInit): Promise<void> {
  await fetch(path, { method, ...(body !== undefined && { body, headers: JSON_TYPE }) }).catch(() => {});
  await flushPromises();
}
const ask = (method: string, path: string, body?: object) => send(method, path, body && JSON.stringify(body));

beforeEach(async () => {
  freshBrowser();
  vi.useFakeTimers({ toFake: ['setInterval'] });
  answers = {};
  vi.stubGlobal('fetch', async (input: Request | string, init: RequestInit = {}) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input, location.href);
    const method = init.method ?? (input instanceof Request ? input.method : 'GET');
    const found = answers[`${method} ${pathname}`];
    if (!found) throw new TypeError('Failed to fetch');
    const { status = 200, body } = await found();
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
  });
  vi.stubGlobal('Shopline', { currency: 'TWD' });
  const load = () => import('../../client/snippet/shopline/requests.ts');
  ({ reported } = await capturing(load, ({ captureRequests }) => captureRequests));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('OS 2.0: the method and the former quantity decide', () => {
  const CART = '/leproxy/api/carts/cart';
  const OK = { success: true, code: 'SUCCESS', data: {} };
  const holding = async (...items: object[]) => {
    answering(`GET ${CART}`, grouped(...items));
    await ask('GET', CART);
  };

  test.each([
    { now: 3, change: ['Added', 'A', 1] },
    { now: 1, change: ['Removed', 'A', 1] },
    { now: 0, change: ['Removed', 'A', 2] },
    { now: 2, change: undefined },
  ])('PUT of $now after 2', async ({ now, change }) => {
    await holding(line20('A', 2));
    answering(`PUT ${CART}`, OK);
    await ask('PUT', CART, { spuId: 'p-A', skuId: 'A', num: now, groupId: '0' });
    expect(changes()).toEqual(change ? [change] : []);
  });

  test('three times, each after the one before', async () => {
    await holding(line20('A', 2));
    answering(`PUT ${CART}`, OK);
    for (const num of [3, 1, 5]) await ask('PUT', CART, { spuId: 'p-A', skuId: 'A', num });
    expect(changes()).toEqual([
      ['Added', 'A', 1],
      ['Removed', 'A', 2],
      ['Added', 'A', 4],
    ]);
  });

  test('POST adds', async () => {
    answering(`POST ${CART}`, OK);
    const item = { spuId: 'p-A', skuId: 'A', num: 2 };
    await ask('POST', CART, { orderFrom: 'web', item, dataReportReq: { eventName: 'AddToCart' } });
    expect(changes()).toEqual([['Added', 'A', 2]]);
    expect(reported[0]?.[1]).toMatchObject({ product_id: 'p-A' });
  });

  test('what is reduced is removed, whether the former quantity is known or not', async () => {
    answering(`POST ${CART}/items_num_reduce`, OK);
    await ask('POST', `${CART}/items_num_reduce`, [{ skuId: 'A', spuId: 'p-A', num: 1 }]);
    await holding(line20('A', 2));
    await ask('POST', `${CART}/items_num_reduce`, [{ skuId: 'A', spuId: 'p-A', num: 2 }]);
    expect(changes()).toEqual([
      ['Removed', 'A', 1],
      ['Removed', 'A', 2],
    ]);
  });

  test.each([undefined, '', '{}', '[]'])('DELETE with the body %j removes every line', async (body) => {
    await holding(line20('A', 2), line20('B', 1));
    answering(`DELETE ${CART}/delete`, OK);
    await send('DELETE', `${CART}/delete`, body);
    answering(`PUT ${CART}`, OK);
    await ask('PUT', CART, { skuId: 'A', num: 1 });
    expect(changes()).toEqual([
      ['Removed', 'A', 2],
      ['Removed', 'B', 1],
      ['Added', 'A', 1],
    ]);
  });

  test('DELETE of named lines removes those', async () => {
    await holding(line20('A', 2), line20('B', 1));
    answering(`DELETE ${CART}/delete`, OK);
    await ask('DELETE', `${CART}/delete`, [{ skuId: 'B', spuId: 'p-B' }]);
    expect(changes()).toEqual([['Removed', 'B', 1]]);
  });

  test('several in one request are as many additions', async () => {
    answering(`POST ${CART}/batch/add`, OK);
    await ask('POST', `${CART}/batch/add`, { items: [line20('A', 1), line20('B', 3)] });
    expect(changes()).toEqual([
      ['Added', 'A', 1],
      ['Added', 'B', 3],
    ]);
  });

  test('a price in hundredths is no price', async () => {
    await holding(line20('A', 2));
    answering(`PUT ${CART}`, OK);
    await ask('PUT', CART, { skuId: 'A', num: 3 });
    expect(reported[0]?.[1]).not.toHaveProperty('price');
  });

  test('of a variant in two lines it is not known which one a request changes', async () => {
    await holding(line20('A', 1, { groupId: '1' }), line20('A', 5, { groupId: '2' }));
    answering(`PUT ${CART}`, OK);
    await ask('PUT', CART, { skuId: 'A', num: 2, groupId: '1' });
    expect(changes()).toEqual([]);
  });
});

describe('a refusal changes nothing', () => {
  test.each([
    { body: { success: false, code: 'STOCK', msg: 'Sold out' } },
    { body: { success: 'false' } },
    { body: { code: 'TRADE_STOCK', msg: 'Sold out', data: null } },
    { body: { message: 'CART_STOCK', description: 'Sold out' } },
    { body: { msg: 'Sold out' } },
    { body: { errors: ['Sold out'] } },
    { body: { errors: { id: 'unknown' } } },
    { body: { error: 'Sold out' } },
    { body: { status: 422, description: 'Sold out' } },
    { status: 422, body: {} },
    { status: 500, body: 'oops' },
  ])('%j', async ({ status = 200, body }) => {
    answering('POST /cart/add', body, status);
    await ask('POST', '/cart/add', { items: [{ id: 'A', quantity: 1 }] });
    expect(changes()).toEqual([]);
  });

  test('no answer at all, and the next change is counted', async () => {
    await ask('POST', '/cart/add', { items: [{ id: 'A', quantity: 1 }] });
    answering('POST /cart/add', line('A', 1));
    await ask('POST', '/cart/add', { items: [{ id: 'A', quantity: 1 }] });
    expect(changes()).toEqual([['Added', 'A', 1]]);
  });

  test.each([
    { success: true, code: 'SUCCESS', msg: 'ok', data: {} },
    { code: 200, message: '', errors: [] },
    { code: '0', success: true, errors: {} },
    '<html>The cart page</html>',
    '',
  ])('%j is none', async (body) => {
    answering('POST /cart/add', body);
    await ask('POST', '/cart/add', { items: [{ id: 'A', quantity: 1 }] });
    expect(changes()).toEqual([['Added', 'A', 1]]);
  });

  test('an empty list of errors is none on a page with Prototype.js either', async () => {
    answering('POST /cart/add', JSON.stringify({ items: [line('A', 1)], errors: [] }));
    const lists = Array.prototype as { toJSON?: () => string };
    const { stringify } = JSON;
    lists.toJSON = function (this: unknown[]) {
      return `[${this.map((one) => stringify(one))}]`;
    };
    await send('POST', '/cart/add', 'id=A&quantity=1');
    delete lists.toJSON;
    expect(changes()).toEqual([['Added', 'A', 1]]);
  });
});

describe('what is not about the lines of the cart is nothing', () => {
  test.each([
    'POST /api/carts/additional-services',
    'POST /cart/delivery/address',
    'POST /cart/address',
    'POST /api/carts/data-report/add',
    'POST /cart/discount-code/apply',
    'PUT /leproxy/api/carts/cart/cart-buyer-update',
    'POST /leproxy/api/carts/cart/check-v2',
    'POST /leproxy/api/trade/center/order/abandoned/save',
    'POST /blogs/cart/comments',
    'POST /cart/note',
  ])('%s', async (route) => {
    answering(route, { success: true, code: 'SUCCESS' });
    const [method, path] = route.split(' ') as [string, string];
    await ask(method, path, { id: 'A', skuId: 'A', quantity: 1, num: 1 });
    expect(changes()).toEqual([]);
  });

  test.each([
    { attributes: { _sb_id: 'x' } },
    { note: 'Ring twice' },
    { id: 'A', properties: [{ name: 'Engraving', value: 'J' }] },
  ])('an update to %j', async (body) => {
    answering(READ, ajax(line('A', 2)));
    await ask('GET', '/api/carts/ajax-cart');
    answering('POST /cart/update', ajax(line('A', 2)));
    await ask('POST', '/cart/update', body);
    expect(changes()).toEqual([]);
  });

  test('a count is no cart', async () => {
    answering('GET /leproxy/api/carts/cart', { success: true, data: { count: 1 } });
    await ask('GET', '/leproxy/api/carts/cart');
    answering('PUT /leproxy/api/carts/cart', { success: true });
    await ask('PUT', '/leproxy/api/carts/cart', { skuId: 'A', num: 3 });
    expect(changes()).toEqual([]);
  });
});

describe('OS 2.1 and 3.0', () => {
  const hold = async (path: string, ...items: ReturnType<typeof line>[]) => {
    answering(`GET ${path}`, ajax(...items));
    await ask('GET', path);
  };

  test.each([
    '/cart/change',
    '/cart/change.js',
    '/api/cart/change',
    '/api/carts/ajax-cart/change.js',
    '/en/cart/change',
  ])('a line is known by its key: %s', async (path) => {
    await hold('/cart.js', line('A', 2), line('B', 1));
    answering(`POST ${path}`, ajax(line('A', 2), line('B', 4)));
    await ask('POST', path, { id: 'B:c0ffee', quantity: 4 });
    expect(changes()).toEqual([['Added', 'B', 3]]);
  });

  test('by its number, in the order of the cart’s last answer', async () => {
    await hold('/cart.js', line('A', 2), line('B', 1));
    answering('POST /cart/add', line('C', 1));
    await ask('POST', '/cart/add', { id: 'C', quantity: 1 });
    // The newest line is the first.
    await hold('/cart.js', line('C', 1), line('A', 2), line('B', 1));
    answering('POST /cart/change.js', ajax(line('C', 1), line('B', 1)));
    await ask('POST', '/cart/change.js', { line: 2, quantity: 0 });
    answering('POST /cart/change.js', ajax(line('B', 1)));
    await ask('POST', '/cart/change.js', { line: '1', quantity: '0' });
    expect(changes()).toEqual([
      ['Added', 'C', 1],
      ['Removed', 'A', 2],
      ['Removed', 'C', 1],
    ]);
  });

  test('a number is nothing while the order is not known', async () => {
    await hold('/cart.js', line('A', 2));
    answering('POST /cart/add', line('B', 1));
    await ask('POST', '/cart/add', { id: 'B', quantity: 1 });
    answering('POST /cart/change.js', ajax(line('A', 2)));
    await ask('POST', '/cart/change.js', { line: 1, quantity: 0 });
    expect(changes()).toEqual([['Added', 'B', 1]]);
  });

  test.each([
    { body: { updates: { A: 1, B: 3 } } },
    { body: { updates: [1, 3] } },
    {
      body: {
        items: [
          { id: 'A', quantity: 1 },
          { id: 'B', quantity: 3 },
        ],
      },
    },
  ])('several at once: $body', async ({ body }) => {
    await hold('/cart.js', line('A', 2), line('B', 1));
    answering('POST /cart/update.js', ajax(line('A', 1), line('B', 3)));
    await ask('POST', '/cart/update.js', body);
    expect(changes()).toEqual([
      ['Removed', 'A', 1],
      ['Added', 'B', 2],
    ]);
  });

  test('what the shop left in the cart counts, not what was asked for', async () => {
    await hold('/cart.js', line('A', 2));
    answering('POST /cart/change', ajax(line('A', 3)));
    await ask('POST', '/cart/change', { id: 'A', quantity: 9 });
    await ask('POST', '/cart/change', { id: 'A', quantity: 9 });
    expect(changes()).toEqual([['Added', 'A', 1]]);
  });

  test.each(['/cart/clear', '/cart/clear.js', '/api/carts/ajax-cart/clear.js'])(
    '%s empties it',
    async (path) => {
      await hold('/cart.js', line('A', 2), line('B', 1));
      answering(`POST ${path}`, ajax());
      await ask('POST', path);
      expect(changes()).toEqual([
        ['Removed', 'A', 2],
        ['Removed', 'B', 1],
      ]);
    },
  );

  test('a free gift costs nothing, whatever it cost before', async () => {
    answering('POST /cart/add', line('A', 1, { price: 0, original_price: 36 }));
    await ask('POST', '/cart/add', { id: 'A', quantity: 1 });
    expect(reported[0]?.[1]).toMatchObject({ price: 0, value: 0 });
  });

  test('names are decoded', async () => {
    const product_title = 'Tom &amp; Jerry&#x27;s &lt;3 &#128512; AT&T';
    answering('POST /cart/add', line('A', 1, { product_title }));
    await ask('POST', '/cart/add', { id: 'A', quantity: 1 });
    expect(reported[0]?.[1].name).toBe("Tom & Jerry's <3 😀 AT&T");
  });

  test('the merchant’s SKU is no id of SHOPLINE', async () => {
    answering('POST /cart/add', line('A', 1, { sku: 'TEA-150' }));
    await ask('POST', '/cart/add', { id: 'A', quantity: 1 });
    expect(reported[0]?.[1]).toMatchObject({ product_id: 'p-A', variant_id: 'A', sku: 'TEA-150' });
  });
});

describe('the first change of a page that has not read the cart', () => {
  /** The shop answers in this order. */
  const changeTo = async (quantity: number, before: object | undefined) => {
    if (before) answering(READ, before);
    answering('POST /cart/change', quantity ? ajax(line('A', quantity)) : ajax());
    await ask('POST', '/cart/change', { id: 'A:c0ffee', quantity });
  };

  test('is nothing where its direction is not known', async () => {
    await changeTo(1, undefined);
    expect(changes()).toEqual([]);
  });

  test('is a removal of an unknown number where nothing is left', async () => {
    await changeTo(0, undefined);
    expect(changes()).toEqual([['Removed', 'A', undefined]]);
  });

  test('makes the next ones known', async () => {
    await changeTo(1, undefined);
    await changeTo(4, undefined);
    expect(changes()).toEqual([['Added', 'A', 3]]);
  });

  test('no change reads the cart by itself', async () => {
    const read = vi.fn(() => ({ body: ajax() }));
    answers[READ] = read;
    answering('POST /cart/add', line('A', 1));
    await ask('POST', '/cart/add', { id: 'A', quantity: 1 });
    expect(read).not.toHaveBeenCalled();
  });
});

describe('requests at the same time', () => {
  const CART = '/leproxy/api/carts/cart';
  const OK = { success: true };
  /** Answered by hand, in any order. */
  const later = () => {
    const answer: Record<string, (body?: unknown, status?: number) => Promise<void>> = {};
    const on = (route: string) => {
      answers[route] = () =>
        new Promise((resolve) => {
          const name = `${Object.keys(answer).length + 1}`;
          answer[name] = async (body: unknown = OK, status = 200) => {
            resolve({ status, body });
            await flushPromises();
          };
        });
    };
    return { answer, on };
  };
  const start = (method: string, body: object) => {
    const sent = fetch(CART, { method, body: JSON.stringify(body) }).catch(() => {});
    return sent;
  };

  beforeEach(async () => {
    answering(`GET ${CART}`, grouped(line20('A', 2)));
    await ask('GET', CART);
  });

  test.each([
    {
      order: ['1', '2'],
      expected: [
        ['Added', 'A', 1],
        ['Removed', 'A', 2],
      ],
    },
    { order: ['2', '1'], expected: [['Removed', 'A', 1]] },
  ])('answered in the order $order, come to the same', async ({ order, expected }) => {
    const { answer, on } = later();
    on(`PUT ${CART}`);
    start('PUT', { skuId: 'A', num: 3 });
    start('PUT', { skuId: 'A', num: 1 });
    for (const name of order) await answer[name]?.();
    expect(changes()).toEqual(expected);
  });

  test('a refused one is left out', async () => {
    const { answer, on } = later();
    on(`PUT ${CART}`);
    start('PUT', { skuId: 'A', num: 3 });
    start('PUT', { skuId: 'A', num: 4 });
    await answer[2]?.();
    await answer[1]?.({ success: false });
    expect(changes()).toEqual([['Added', 'A', 2]]);
  });

  test('two additions are two', async () => {
    const { answer, on } = later();
    on(`POST ${CART}`);
    start('POST', { item: { skuId: 'B', num: 1 } });
    start('POST', { item: { skuId: 'B', num: 1 } });
    await answer[2]?.();
    await answer[1]?.();
    expect(changes()).toEqual([
      ['Added', 'B', 1],
      ['Added', 'B', 1],
    ]);
  });

  test('a removal answered before an earlier change of the same line leaves nothing of it', async () => {
    const { answer, on } = later();
    on(`PUT ${CART}`);
    start('PUT', { skuId: 'A', num: 3 });
    start('PUT', { skuId: 'A', num: 0 });
    await answer[2]?.();
    await answer[1]?.();
    expect(changes()).toEqual([['Removed', 'A', 2]]);
  });

  test('an addition answered before an earlier setting is no removal', async () => {
    const { answer, on } = later();
    on(`PUT ${CART}`);
    start('PUT', { skuId: 'A', num: 3 });
    on(`POST ${CART}`);
    start('POST', { item: { skuId: 'A', num: 2 } });
    await flushPromises();
    await answer[2]?.();
    await answer[1]?.();
    expect(changes()).toEqual([['Added', 'A', 2]]);
  });

  test('a cart read meanwhile is not relied on', async () => {
    const { answer, on } = later();
    on(`PUT ${CART}`);
    start('PUT', { skuId: 'A', num: 3 });
    await ask('GET', CART);
    await answer[1]?.();
    expect(changes()).toEqual([['Added', 'A', 1]]);
  });
});

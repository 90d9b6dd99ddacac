import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createSandbox, SANDBOX_CREDENTIALS } from '../../server/sandbox/index.ts';

const sandbox = await createSandbox({ clock: () => Date.UTC(2026, 2, 1) });
afterAll(() => sandbox.close());
beforeEach(() => {
  sandbox.clear();
  sandbox.shopline.orders = [];
});

const order = (id: string, change: object = {}) => ({
  id,
  updated_at: '2026-03-01T08:00:00+08:00',
  ...change,
});

async function list(query: string | URL, headers: Record<string, string> = {}) {
  const url = query instanceof URL ? query : new URL(`${PATH}?${query}`, sandbox.urls.shopline);
  const response = await fetch(url, {
    headers: {
      Authorization: `Bearer ${SANDBOX_CREDENTIALS.shopline.accessToken}`,
      'Content-Type': 'application/json; charset=utf-8',
      ...headers,
    },
  });
  const { orders = [], errors } = (await response.json()) as { orders?: { id: string }[]; errors?: string };
  return {
    status: response.status,
    ids: orders.map(({ id }) => id),
    errors,
    next: /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1],
  };
}
const PATH = '/admin/openapi/v20260301/orders.json';

test('what the test put there is listed whole; without a question only what is not shipped', async () => {
  sandbox.shopline.orders = [
    order('1', { email: 'a@b.example' }),
    order('2', { fulfillment_status: 'shipped' }),
  ];
  expect(await list('')).toEqual({ status: 200, ids: ['1'], errors: undefined, next: undefined });
  expect((await list('fulfillment_status=any')).ids).toEqual(['1', '2']);
  expect((await list('fulfillment_status=shipped')).ids).toEqual(['2']);
  expect(sandbox.received('shopline')[0]).toMatchObject({ answer: { orders: [{ email: 'a@b.example' }] } });
});

test('status and the time of the last change choose, whatever the zone', async () => {
  sandbox.shopline.orders = [
    order('1'),
    order('2', { status: 'cancelled' }),
    order('3', { updated_at: '2026-03-01T00:00:01Z' }),
  ];
  expect((await list('status=any')).ids).toEqual(['1', '2', '3']);
  expect((await list('status=open')).ids).toEqual(['1', '3']);
  expect((await list('status=cancelled')).ids).toEqual(['2']);
  expect((await list('updated_at_min=2026-03-01T00:00:00Z')).ids).toEqual(['1', '2', '3']);
  expect((await list('updated_at_min=2026-03-01T08:00:01%2B08:00')).ids).toEqual(['3']);
});

test('a time has two ends, and the first placed may be asked for first', async () => {
  sandbox.shopline.orders = [
    order('1', { order_at: '2026-02-02T00:00:00Z' }),
    order('2', { order_at: '2026-02-01T00:00:00Z' }),
    order('3', { updated_at: '2026-03-01T00:00:01Z' }),
  ];
  expect((await list('updated_at_max=2026-03-01T00:00:00Z')).ids).toEqual(['1', '2']);
  const early = 'updated_at_max=2026-03-01T00:00:00Z&sort_condition=order_at:';
  expect((await list(`${early}asc`)).ids).toEqual(['2', '1']);
  const first = await list(`${early}desc&limit=1`);
  expect([...first.ids, ...(await list(new URL(first.next ?? ''))).ids]).toEqual(['1', '2']);
});

describe('paging', () => {
  test('50 at a time, the next page behind a link that needs nothing else', async () => {
    sandbox.shopline.orders = Array.from({ length: 101 }, (_, index) =>
      order(String(index), { status: index === 0 ? 'cancelled' : 'open' }),
    );
    const ids: string[] = [];
    let page = await list('status=open');
    for (let pages = 1; pages < 10 && page.next; pages++) {
      expect(page.ids).toHaveLength(50);
      ids.push(...page.ids);
      page = await list(new URL(page.next));
    }
    expect([...ids, ...page.ids]).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)));
  });

  test('the size of a page is kept, and may change on the way', async () => {
    sandbox.shopline.orders = ['1', '2', '3', '4'].map((id) => order(id));
    const { ids, next = '' } = await list('limit=1');
    expect(ids).toEqual(['1']);
    const url = new URL(next);
    expect([url.origin, url.pathname, url.searchParams.get('limit')]).toEqual([
      sandbox.urls.shopline,
      PATH,
      '1',
    ]);
    url.searchParams.set('limit', '100');
    expect(await list(url)).toMatchObject({ ids: ['2', '3', '4'], next: undefined });
  });
});

test.each<{ query: string; says: string }>([
  { query: 'limit=0', says: 'limit' },
  { query: 'limit=101', says: 'limit' },
  { query: 'limit=ten', says: 'limit' },
  { query: 'status=paid', says: 'status' },
  { query: 'fulfillment_status=unfulfilled', says: 'fulfillment_status' },
  { query: 'updated_at_min=2026-03-01', says: 'updated_at_min' },
  { query: 'updated_at_min=2026-03-01T08:00:00+08:00', says: 'updated_at_min' },
  { query: 'sort_condition=newest', says: 'sort_condition' },
  { query: 'since_id=1', says: 'since_id' },
  { query: 'page_info=made-up', says: 'page_info' },
  { query: `page_info=${btoa('{"from":-1}')}`, says: 'page_info' },
  { query: 'page_info=x&status=any', says: 'status' },
])('$query is refused and $says named', async ({ query, says }) => {
  const { status, errors } = await list(query);
  expect([status, errors]).toEqual([422, expect.stringContaining(says)]);
});

test('the door asks for token, content type and scope here, too', async () => {
  expect((await list('', { Authorization: 'Bearer other' })).status).toBe(401);
  expect((await list('', { 'Content-Type': 'text/plain' })).status).toBe(400);
  const own = await createSandbox({ credentials: { shopline: { scopes: ['read_data_report'] } } });
  try {
    expect((await list(new URL(PATH, own.urls.shopline))).errors).toContain('read_orders');
  } finally {
    await own.close();
  }
});

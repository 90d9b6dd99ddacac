import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createSandbox, SANDBOX_CREDENTIALS, type ShoplineScriptTag } from '../../server/sandbox/index.ts';

let nowMs = Date.UTC(2026, 2, 1);
const sandbox = await createSandbox({ clock: () => nowMs });
afterAll(() => sandbox.close());
beforeEach(() => {
  sandbox.clear();
  sandbox.shopline.scriptTags = [];
});

const PATH = '/admin/openapi/v20260301/store/script_tags';
const TAG = { src: 'https://collect.shop.example/s.js?key=demo', event: 'onload', display_scope: 'checkout' };

async function call(
  method: string,
  path: string | URL,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(new URL(path, sandbox.urls.shopline), {
    method,
    headers: {
      Authorization: `Bearer ${SANDBOX_CREDENTIALS.shopline.accessToken}`,
      'Content-Type': 'application/json; charset=utf-8',
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const { script_tag, script_tags, errors } = (text ? JSON.parse(text) : {}) as {
    script_tag?: ShoplineScriptTag;
    script_tags?: ShoplineScriptTag[];
    errors?: string;
  };
  const next = /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
  return { status: response.status, script_tag, script_tags, errors, next };
}
const create = (script_tag: object) => call('POST', `${PATH}.json`, { script_tag });
const list = (query = '') => call('GET', `${PATH}.json${query}`);

test('what is made is listed, changed, and removed, and nothing else is', async () => {
  const { status, script_tag: made } = await create(TAG);
  expect([status, made]).toEqual([
    200,
    {
      ...TAG,
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      cache: false,
      created_at: '2026-03-01T00:00:00.000Z',
      updated_at: '2026-03-01T00:00:00.000Z',
    },
  ]);
  const { script_tag: other } = await create({ ...TAG, src: 'https://other.example/x.js' });
  expect(other?.id).not.toBe(made?.id);
  nowMs += 60_000;
  const changed = await call('PUT', `${PATH}/${made?.id}.json`, { script_tag: { display_scope: 'all' } });
  expect(changed).toMatchObject({
    status: 200,
    script_tag: { ...TAG, id: made?.id, display_scope: 'all', updated_at: '2026-03-01T00:01:00.000Z' },
  });
  const { script_tags = [] } = await list();
  expect(script_tags.map(({ id, display_scope }) => [id, display_scope])).toEqual([
    [made?.id, 'all'],
    [other?.id, 'checkout'],
  ]);
  expect(await call('DELETE', `${PATH}/${made?.id}.json`)).toMatchObject({ status: 200, errors: undefined });
  expect((await list()).script_tags?.map(({ id }) => id)).toEqual([other?.id]);
  expect((await call('DELETE', `${PATH}/${made?.id}.json`)).status).toBe(404);
  expect((await call('PUT', `${PATH}/${made?.id}.json`, { script_tag: TAG })).status).toBe(404);
});

test('pages, 50 at a time, the next behind a link that needs nothing else', async () => {
  sandbox.shopline.scriptTags = Array.from({ length: 120 }, (_, index) => ({
    id: (index + 1).toString(16).padStart(24, '0'),
    src: index % 2 ? 'https://odd.example/x.js' : 'https://even.example/x.js',
    event: 'onload',
    display_scope: 'all',
    created_at: '',
    updated_at: '',
  }));
  const sizes: number[] = [];
  const ids = new Set<string>();
  let page = await list();
  for (let pages = 0; pages < 10; pages++) {
    sizes.push(page.script_tags?.length ?? -1);
    for (const { id } of page.script_tags ?? []) ids.add(id);
    if (!page.next) break;
    page = await call('GET', page.next);
  }
  expect([sizes, ids.size]).toEqual([[50, 50, 20], 120]);
  expect(await list('?limit=1000')).toMatchObject({ status: 200, next: undefined });
  const odd = await list('?limit=40&src=https://odd.example/x.js');
  const rest = await call('GET', odd.next ?? '');
  expect([...(odd.script_tags ?? []), ...(rest.script_tags ?? [])]).toHaveLength(60);
  expect(rest.script_tags?.every(({ src }) => src === 'https://odd.example/x.js')).toBe(true);
  const since = [...ids][99];
  expect((await list(`?since_id=${since}`)).script_tags).toHaveLength(20);
});

describe('what is wrong is refused, and named', () => {
  test.each<{ what: object; says: string }>([
    { what: { ...TAG, src: undefined }, says: 'script_tag.src' },
    { what: { ...TAG, src: 7 }, says: 'script_tag.src' },
    { what: { ...TAG, src: 'http://collect.shop.example/s.js' }, says: 'script_tag.src' },
    { what: { ...TAG, src: '/s.js' }, says: 'script_tag.src' },
    { what: { ...TAG, event: 'onclick' }, says: 'script_tag.event' },
    { what: { ...TAG, display_scope: 'order_status' }, says: 'script_tag.display_scope' },
    { what: { ...TAG, display_scope: undefined }, says: 'script_tag.display_scope' },
    { what: { ...TAG, displayScope: 'all' }, says: 'script_tag.displayScope' },
  ])('$says of $what', async ({ what, says }) => {
    expect(await create(what)).toMatchObject({ status: 422, errors: expect.stringContaining(says) });
    expect(sandbox.shopline.scriptTags).toEqual([]);
    const { id = '' } = (await create(TAG)).script_tag ?? {};
    if (Object.values(what).includes(undefined)) return;
    const changed = await call('PUT', `${PATH}/${id}.json`, { script_tag: what });
    expect(changed).toMatchObject({ status: 422, errors: expect.stringContaining(says) });
    expect(sandbox.shopline.scriptTags).toMatchObject([TAG]);
  });

  test.each(['limit=0', 'limit=1001', 'limit=ten', 'page=2', 'page_info=made-up', 'page_info=x&src=y'])(
    '?%s',
    async (query) => {
      expect((await list(`?${query}`)).status).toBe(422);
    },
  );

  test.each<{ method: string; path: string; body?: unknown; status: number }>([
    { method: 'POST', path: `${PATH}.json`, body: 'no JSON', status: 400 },
    { method: 'POST', path: `${PATH}.json`, body: TAG, status: 422 },
    { method: 'PUT', path: `${PATH}.json`, body: { script_tag: TAG }, status: 404 },
    { method: 'DELETE', path: `${PATH}.json`, status: 404 },
    { method: 'PATCH', path: `${PATH}/1.json`, body: { script_tag: TAG }, status: 404 },
    { method: 'GET', path: '/admin/openapi/store/script_tags.json', status: 404 },
    { method: 'DELETE', path: `${PATH}/1/2.json`, status: 404 },
  ])('$method $path → $status', async ({ method, path, body, status }) => {
    expect((await call(method, path, body)).status).toBe(status);
  });

  test('a removal with a body', async () => {
    const { id = '' } = (await create(TAG)).script_tag ?? {};
    expect((await call('DELETE', `${PATH}/${id}.json`, {})).status).toBe(400);
    expect(sandbox.shopline.scriptTags).toHaveLength(1);
  });
});

test('the door asks for token, content type and pace here, too', async () => {
  expect((await call('GET', `${PATH}.json`, undefined, { Authorization: 'Bearer other' })).status).toBe(401);
  expect((await call('POST', `${PATH}.json`, {}, { 'Content-Type': 'text/plain' })).status).toBe(400);
  const statuses = [];
  for (let count = 0; count < 45; count++) statuses.push((await list()).status);
  expect(statuses.lastIndexOf(200)).toBeLessThan(40);
  expect(statuses.at(-1)).toBe(429);
});

test.each([
  { scope: 'read_script_tags', listed: 200, made: 403 },
  { scope: 'write_script_tags', listed: 403, made: 200 },
])('$scope alone: list $listed, make $made', async ({ scope, listed, made }) => {
  const own = await createSandbox({ credentials: { shopline: { scopes: [scope] } } });
  try {
    const url = `${own.urls.shopline}${PATH}.json`;
    expect((await call('GET', url)).status).toBe(listed);
    expect((await call('POST', url, { script_tag: TAG })).status).toBe(made);
  } finally {
    await own.close();
  }
});

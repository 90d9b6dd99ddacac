import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createSandbox, SANDBOX_CREDENTIALS } from '../../server/sandbox/index.ts';

let nowMs = Date.UTC(2026, 2, 1);
const sandbox = await createSandbox({ clock: () => nowMs });
afterAll(() => sandbox.close());
beforeEach(() => sandbox.clear());

const { accessToken, channelId } = SANDBOX_CREDENTIALS.shopline;

const event = (change: object = {}) => ({
  event_code: 'Z_sale_order',
  event_date: 1_772_323_200_000,
  parent_event_id: '8725726607153220',
  user_id: [{ channel_type: 'Z_store', type: 'uid', value: '324568754' }, identity('anonymousId', 'a1')],
  user_traits: { language: 'CN', isAnonymous: false },
  attrs: { utmSource: 'tiktok', order_id: '21050224312121887324667162', value: 20.5, currency: 'TWD' },
  ...change,
});
const identity = (type: string, value: unknown) => ({ type, value });
const who = (...user_id: unknown[]) => event({ user_id });
const body = (events: unknown = [event()], change: object = {}) => ({
  channel_id: channelId,
  events,
  ...change,
});

interface Answer {
  errors?: string;
  data?: { channel_id: string; events: Record<string, unknown>[] };
}
interface Call {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
}
async function post(
  payload: unknown,
  { path = '/admin/openapi/v20260301/cdp/track.json', method, headers }: Call = {},
) {
  const response = await fetch(sandbox.urls.shopline + path, {
    method: method ?? 'POST',
    headers: {
      Authorization: `Bearer ${accessToken}`,
      'Content-Type': 'application/json; charset=utf-8',
      ...headers,
    },
    body: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
  return {
    status: response.status,
    traceId: response.headers.get('traceid'),
    answer: (await response.json()) as Answer,
  };
}

test('good events are accepted and echoed with the ids the CDP gave them', async () => {
  const { status, traceId, answer } = await post(
    body([event(), event({ event_code: 'Z_add_cart', attrs: {} })]),
  );
  expect([status, traceId]).toEqual([200, expect.stringMatching(/./)]);
  const { event_code, event_date, parent_event_id, attrs } = event();
  const ids = { id: expect.stringMatching(/^\d{16}$/), one_id: expect.stringMatching(/^[0-9a-f]{32}$/) };
  expect(answer).toEqual({
    data: {
      channel_id: channelId,
      events: [
        { ...ids, event_code, event_date, parent_event_id, attrs },
        { ...ids, event_code: 'Z_add_cart', event_date, parent_event_id, attrs: {} },
      ],
    },
  });
  expect(answer.data?.events[0]?.id).not.toBe(answer.data?.events[1]?.id);
  expect(sandbox.accepted('shopline')).toHaveLength(2);
});

test('an unknown event code is refused inside an HTTP 200; its neighbours are accepted', async () => {
  const { status, answer } = await post(body([event(), event({ event_code: 'Z_sales_order' }), event()]));
  expect(status).toBe(200);
  expect(answer.data?.events.map(({ errors }) => errors)).toEqual([
    undefined,
    expect.stringContaining('Z_sales_order does not exist'),
    undefined,
  ]);
  expect(answer.data?.events[1]).not.toHaveProperty('id');
  expect(sandbox.accepted('shopline')).toHaveLength(2);
  expect(sandbox.received('shopline')[0]?.refused).toMatchObject([{ item: { event_code: 'Z_sales_order' } }]);
});

test('an order sent twice is there twice: this API drops no duplicates', async () => {
  await post(body());
  await post(body());
  expect(sandbox.accepted('shopline')).toHaveLength(2);
});

describe('the door: path, method, token, content type', () => {
  test.each<{ case: string; call: Call; status: number }>([
    { case: 'a version that is none', call: { path: '/admin/openapi/2026-03/cdp/track.json' }, status: 404 },
    { case: 'another path', call: { path: '/admin/openapi/v20260301/cdp/track' }, status: 404 },
    { case: 'PUT', call: { method: 'PUT' }, status: 404 },
    { case: 'another token', call: { headers: { Authorization: 'Bearer other' } }, status: 401 },
    { case: 'a token without Bearer', call: { headers: { Authorization: accessToken } }, status: 401 },
    { case: 'no charset', call: { headers: { 'Content-Type': 'application/json' } }, status: 400 },
    { case: 'a packed body', call: { headers: { 'Content-Encoding': 'gzip' } }, status: 400 },
  ])('$case → $status', async ({ call, status }) => {
    expect(await post(body(), call)).toMatchObject({ status, answer: { errors: expect.any(String) } });
    expect(sandbox.accepted('shopline')).toEqual([]);
  });
});

test('40 requests at once, then 4 a second', async () => {
  const burst = async (count: number) => {
    const statuses: number[] = [];
    for (let index = 0; index < count; index++) statuses.push((await post(body())).status);
    return statuses.filter((status) => status === 200).length;
  };
  expect(await burst(45)).toBe(40);
  nowMs += 1000;
  expect(await burst(6)).toBe(4);
  expect(await post(body())).toMatchObject({ status: 429, answer: { errors: expect.any(String) } });
  nowMs += 10_000;
  expect(await burst(45)).toBe(40);
});

describe('a request the documents allow is accepted', () => {
  test.each<{ case: string; given: unknown }>([
    { case: '128 events', given: body(Array(128).fill(event())) },
    { case: '32 identities', given: body([who(...Array(32).fill(identity('uid', '1')))]) },
    { case: 'a phone with 00', given: body([who(identity('mobilePhone', '008613917692706'))]) },
    {
      case: 'no traits, attributes or parent',
      given: body([event({ user_traits: undefined, attrs: undefined, parent_event_id: undefined })]),
    },
  ])('$case', async ({ given }) => {
    expect((await post(given)).status).toBe(200);
  });
});

describe('a wrong shape refuses the whole request and is named', () => {
  test.each<{ field: string; given: unknown; status?: number }>([
    { field: 'JSON', given: '{"channel_id"', status: 400 },
    { field: '', given: [] },
    { field: 'channel_id', given: body([event()], { channel_id: 6689609588495885 }) },
    { field: 'channel_id', given: body([event()], { channel_id: '1' }) },
    { field: 'channelId', given: body([event()], { channelId }) },
    { field: 'events', given: body(undefined, { events: undefined }) },
    { field: 'events', given: body([]) },
    { field: 'events', given: body(Array(129).fill(event())) },
    { field: 'events.event_code', given: body([event({ event_code: 7 })]) },
    { field: 'events.event_date', given: body([event({ event_date: 1_772_323_200 })]) },
    { field: 'events.event_date', given: body([event({ event_date: 17_723_232_000_000 })]) },
    { field: 'events.event_date', given: body([event({ event_date: 1_772_323_200_000.5 })]) },
    { field: 'events.event_date', given: body([event({ event_date: '1772323200000' })]) },
    { field: 'events.parent_event_id', given: body([event({ parent_event_id: 8725726607153220 })]) },
    { field: 'events.event_id', given: body([event({ event_id: 'order:1' })]) },
    { field: 'events.user_id', given: body([event({ user_id: undefined })]) },
    { field: 'events.user_id', given: body([who()]) },
    { field: 'events.user_id', given: body([who(...Array(33).fill(identity('uid', '1')))]) },
    { field: 'events.user_id.type', given: body([who(identity('phone', '1'))]) },
    { field: 'events.user_id.value', given: body([who(identity('uid', 7))]) },
    { field: 'events.user_id.value', given: body([who(identity('uid', ''))]) },
    { field: 'events.user_id.value', given: body([who(identity('mobilePhone', '+8613917692706'))]) },
    {
      field: 'events.user_traits.address',
      given: body([event({ user_traits: { address: { city: 'x' } } })]),
    },
    { field: 'events.attrs.products', given: body([event({ attrs: { products: ['a'] } })]) },
    { field: 'events.attrs.coupon', given: body([event({ attrs: { coupon: null } })]) },
    {
      field: 'events.attrs.order_id',
      given: `${JSON.stringify(body([event({ attrs: { order_id: 0 } })])).replace('"order_id":0', '"order_id":21050224312121887324667162')}`,
    },
  ])('$field: $given', async ({ field, given, status = 422 }) => {
    const answer = await post(given);
    expect(answer.status).toBe(status);
    expect(answer.answer.errors).toContain(field);
    expect(sandbox.accepted('shopline')).toEqual([]);
  });
});

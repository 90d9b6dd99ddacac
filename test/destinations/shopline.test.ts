import { describe, expect, test } from 'vitest';
import { type Facts, isSkip, toItem } from '../../server/destinations/destination.ts';
import { exampleEvent } from '../../server/destinations/example-event.ts';
import { shopline } from '../../server/destinations/shopline/index.ts';
import type { Payload } from '../../server/destinations/shopline/payload.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';

const settingsOf = (more: object) =>
  shopline.settings.parse({
    handle: 'open001',
    accessToken: 'token',
    channelId: '6689609588495885399',
    ...more,
  });
const settings = settingsOf({
  eventCodes: {
    'Order Completed': 'Z_sale_order',
    'Order Updated': 'Z_update',
    'Order Refunded': 'Z_refund',
    'Order Cancelled': 'Z_cancel',
    'Product Viewed': 'Z_view',
  },
});

function payloadOf(fields: Partial<ProtectedEvent>, more = settings, facts: Facts = {}): Payload {
  const mapped = shopline.map(exampleEvent({ event: 'Order Completed', ...fields }), more, facts);
  const [payload] = isSkip(mapped) ? [] : mapped;
  if (!payload) throw new Error('skipped');
  return payload;
}

describe('which', () => {
  test.each(['identify', 'page', 'screen', 'group', 'alias'] as const)(
    'a %s goes only when mapped',
    (type) => {
      const event = exampleEvent({ type });
      expect(shopline.map(event, settings, {})).toEqual({ skip: 'unmapped' });
      const mapped = settingsOf({ eventCodes: { [type]: 'Z_any' } });
      expect(payloadOf({ type }, mapped).event.event_code).toBe('Z_any');
    },
  );

  test.each(['Product Added', 'constructor', '__proto__', 'toString'])('%s has no code', (event) => {
    expect(shopline.map(exampleEvent({ event }), settings, {})).toEqual({ skip: 'unmapped' });
  });
});

describe('who', () => {
  const raw = settingsOf({ pii: 'raw' });

  test('hashed: customer and visitor, no digest, even when the seal is there', () => {
    const identity = { userId: 'u', anonymousId: 'a', emailSha256: 'f'.repeat(64) };
    expect(payloadOf({ identity }, settings, { raw: { email: 'b@x.org' } }).event.user_id).toEqual([
      { type: 'uid', value: 'u', channel_type: 'Z_store' },
      { type: 'anonymousId', value: 'a' },
    ]);
  });

  test('raw: somebody known by email and phone alone is somebody', () => {
    const facts = { raw: { userId: 'b@x.org', phone: '+8613917692706' } };
    expect(payloadOf({ identity: {} }, raw, facts).event.user_id).toEqual([
      { type: 'email', value: 'b@x.org' },
      { type: 'mobilePhone', value: '008613917692706' },
    ]);
  });

  test('nobody is nobody', () => {
    const event = exampleEvent({ event: 'Order Completed', identity: { emailSha256: 'f'.repeat(64) } });
    expect(shopline.map(event, settings, {})).toEqual({ skip: 'no-identity' });
    expect(shopline.map(event, raw, {})).toEqual({ skip: 'no-identity' });
  });

  test('only raw asks for the seal', () => {
    expect(shopline.needs(settings)).toEqual([]);
    expect(shopline.needs(raw)).toEqual(['raw-pii']);
  });
});

describe('attributes', () => {
  const attrsOf = (properties: ProtectedEvent['properties'], attrs = {}) =>
    payloadOf({ properties }, settingsOf({ eventCodes: { 'Order Completed': { code: 'Z', attrs } } })).event
      .attrs;

  test('the four defaults, as far as known', () => {
    expect(attrsOf({ order_id: 1001, revenue: 5, currency: 'twd' })).toEqual({
      order_id: '1001',
      value: 5,
      currency: 'TWD',
    });
    expect(attrsOf({})).toBeUndefined();
  });

  test.each([
    ['properties.coupon', 'TEA10'],
    ['coupon', 'TEA10'],
    ['products.1.sku', 'b'],
    ['properties.gift', true],
    ['properties.weight', 1.5],
    ['context.missing.deeper', undefined],
    ['products', undefined],
    ['products.length', 2],
    ['constructor.name', undefined],
    ['__proto__.toString', undefined],
    ['note', undefined],
    ['empty', undefined],
  ])('path %s finds %s', (path, value) => {
    const properties = {
      coupon: 'TEA10',
      gift: true,
      weight: 1.5,
      note: null,
      empty: ' ',
      products: [{ sku: 'a' }, { sku: 'b' }],
    };
    expect(attrsOf(properties, { x: path, value: null })).toEqual(
      value === undefined ? undefined : { x: value },
    );
  });

  test('an id found by a path is text', () => {
    expect(attrsOf({ shelf: 12 }, { shelf_id: 'shelf', shelfId: 'shelf', shelf: 'shelf' })).toEqual({
      shelf_id: '12',
      shelfId: '12',
      shelf: 12,
    });
  });
});

describe('the ledger', () => {
  const onceOf = (fields: Partial<ProtectedEvent>) => shopline.once?.(payloadOf(fields));

  test('one order is one event under its code, whoever reports it and when', () => {
    const order = { orderKey: 'order:7', properties: { order_id: '7' } };
    expect(onceOf(order)).toBe('order:7:Z_sale_order');
    expect(onceOf({ ...order, messageId: 'other', timestamp: '2026-11-21T00:00:00.000Z' })).toBe(
      'order:7:Z_sale_order',
    );
  });

  test('being paid happens once; other updates and every refund are each their own', () => {
    const properties = { order_id: '7', financial_status: 'paid' };
    expect(onceOf({ event: 'Order Updated', orderKey: 'order:7:paid', properties })).toBe(
      'order:7:paid:Z_update',
    );
    const refund = (messageId: string) =>
      onceOf({ event: 'Order Refunded', messageId, properties: { order_id: '7' } });
    expect(refund('m1')).not.toBe(refund('m2'));
    expect(refund('m1')).toBe(refund('m1'));
  });

  test('what is no order needs no ledger', () => {
    expect(onceOf({ event: 'Product Viewed' })).toBeUndefined();
  });

  test('the ledger’s key stays here', () => {
    const payload = payloadOf({ properties: { order_id: '7' } });
    expect(shopline.request([toItem(shopline, payload)], { settings, nowMs: 0 }).body).not.toContain(
      'onceKey',
    );
  });

  test.each(['Order Refunded', 'Order Cancelled'])('%s names the order it belongs to', (event) => {
    const refund = exampleEvent({ event, properties: { order_id: '7' } });
    expect(shopline.refersTo?.(refund, settings)).toBe('order:7:Z_sale_order');
    expect(shopline.refersTo?.(refund, settingsOf({ eventCodes: { [event]: 'Z' } }))).toBeUndefined();
    expect(payloadOf(refund, settings, { remoteId: '872' }).event.parent_event_id).toBe('872');
    expect(payloadOf(refund, settings).event).not.toHaveProperty('parent_event_id');
  });

  test('an order belongs to nothing', () => {
    expect(shopline.refersTo?.(exampleEvent({ event: 'Order Completed' }), settings)).toBeUndefined();
    expect(payloadOf({}, settings, { remoteId: '872' }).event).not.toHaveProperty('parent_event_id');
  });
});

test('only what SHOPLINE accepts passes the schema', () => {
  const { event } = payloadOf({ properties: { order_id: '7' } });
  const passes = (change: object) => shopline.payload.safeParse({ event: { ...event, ...change } }).success;
  expect(passes({})).toBe(true);
  expect(passes({ event_date: 1795163415 })).toBe(false);
  expect(passes({ user_id: [] })).toBe(false);
  expect(passes({ user_id: Array(33).fill({ type: 'anonymousId', value: 'a' }) })).toBe(false);
  expect(passes({ user_id: [{ type: 'mobilePhone', value: '+8613917692706' }] })).toBe(false);
  expect(passes({ user_id: [{ type: 'email', value: 'f'.repeat(64) }] })).toBe(false);
  expect(passes({ attrs: { order_id: 7 } })).toBe(false);
  expect(passes({ attrs: { list: [] } })).toBe(false);
  expect(passes({ surprise: 1 })).toBe(false);
});

test('the request goes to the shop’s own API, the channel as text', () => {
  const request = shopline.request([toItem(shopline, payloadOf({}))], { settings, nowMs: 0 });
  expect(request.url).toBe('https://open001.myshopline.com/admin/openapi/v20260301/cdp/track.json');
  expect(request.headers).toEqual({
    Authorization: 'Bearer token',
    'Content-Type': 'application/json; charset=utf-8',
    accept: 'application/json',
  });
  expect(request.body).toMatch(/^\{"channel_id":"6689609588495885399","events":\[\{"event_code":/);
});

describe('SHOPLINE answers', () => {
  const batch = [1, 2, 3].map((second) =>
    payloadOf({ timestamp: `2026-11-20T08:30:0${second}.000Z`, properties: { order_id: String(second) } }),
  );
  const echo = ({ event }: Payload, more: object) => ({
    event_code: event.event_code,
    event_date: event.event_date,
    ...more,
  });
  const [first, second, third] = batch as [Payload, Payload, Payload];
  const answer = (body: unknown, status = 200, headers = {}) =>
    shopline.classify(
      { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) },
      batch,
    );
  const events = (...entries: unknown[]) => answer({ data: { channel_id: '1', events: entries } });
  const delivered = (remoteId: string) => ({ kind: 'delivered', remoteId });
  const unknown = expect.objectContaining({ kind: 'retry', reason: 'invalid-response' });

  test('each event has its own answer', () => {
    const refused = echo(second, { errors: 'event code Z_sale_order does not exist' });
    expect(events(echo(first, { id: '10' }), refused, echo(third, { id: '30', errors: '' }))).toEqual([
      delivered('10'),
      { kind: 'rejected', answer: 'event code Z_sale_order does not exist' },
      delivered('30'),
    ]);
  });

  test('what a short answer leaves out is unknown; the others are not sent again', () => {
    expect(events(echo(first, { id: '10' }), echo(third, { id: '30' }))).toEqual([
      delivered('10'),
      unknown,
      delivered('30'),
    ]);
    expect(events()).toEqual([unknown, unknown, unknown]);
  });

  test('answers in another order find their events by code and date', () => {
    const refused = echo(first, { errors: 'no' });
    expect(events(echo(third, { id: '30' }), refused, echo(second, { id: '20' }))).toEqual([
      { kind: 'rejected', answer: 'no' },
      delivered('20'),
      delivered('30'),
    ]);
  });

  test('an echo of other events answers nothing', () => {
    const foreign = { event_code: 'Z_sale_order', event_date: 1, id: '9' };
    expect(events(foreign, foreign, foreign)).toEqual([unknown, unknown, unknown]);
  });

  test('a date as text is the same date; no echo at all contradicts nothing', () => {
    const texts = batch.map((payload) =>
      echo(payload, { event_date: String(payload.event.event_date), id: '1' }),
    );
    expect(events(...texts)).toEqual([delivered('1'), delivered('1'), delivered('1')]);
    expect(events({ id: '1' }, { id: '2' }, {})).toEqual([
      delivered('1'),
      delivered('2'),
      { kind: 'delivered' },
    ]);
  });

  const rows = (statuses: number[], kind: string, reason?: string) =>
    statuses.map((status) => ({ status, kind, ...(reason && { reason }) }));
  test.each([
    ...rows([401, 402, 403, 423, 303], 'paused'),
    ...rows([429, 434, 435, 503], 'retry', 'throttled'),
    ...rows([400, 404, 405, 406, 412, 422, 433, 436], 'rejected'),
    ...rows([500, 501, 502, 504], 'retry', 'server-error'),
    ...rows([408], 'retry', 'no-answer'),
  ])('$status: $kind $reason', ({ status, ...expected }) => {
    expect(answer({ errors: 'words' }, status, { traceid: 't-1' })).toEqual({
      ...expected,
      answer: `HTTP ${status} words (traceId t-1)`,
    });
  });

  test.each([
    [{ code: 401, message: 'no' }, { kind: 'paused' }],
    [
      { code: '429', message: 'no' },
      { kind: 'retry', reason: 'throttled' },
    ],
    [{ code: 422, message: 'bad' }, { kind: 'rejected' }],
    [{ code: 'INVALID_TOKEN', message: 'the token has expired' }, { kind: 'paused' }],
    [{ code: 'E1', message: 'this app is not qualified' }, { kind: 'paused' }],
    [
      { code: 'E2', message: 'requests are too frequent' },
      { kind: 'retry', reason: 'throttled' },
    ],
    [
      { code: 'E3', message: 'system busy' },
      { kind: 'retry', reason: 'server-error' },
    ],
    [{ code: 'E4', message: 'channel does not exist', data: null }, { kind: 'rejected' }],
    [{ errors: ['value exceeds its limit'] }, { kind: 'rejected' }],
    [
      { code: 200, i18nCode: 'SUCCESS', data: {} },
      { kind: 'retry', reason: 'invalid-response' },
    ],
    [{}, { kind: 'retry', reason: 'invalid-response' }],
    ['<html>', { kind: 'retry', reason: 'invalid-response' }],
    ['', { kind: 'retry', reason: 'invalid-response' }],
  ])('200 with %j: %j', (body, expected) => {
    expect(answer(body)).toMatchObject(expected);
  });

  test.each([
    [{ errors: ['a', 'b'] }, 'HTTP 400 ["a","b"]'],
    [{ errors: { email: 'b@x.org is wrong' } }, 'HTTP 400 {"email":"[email] is wrong"}'],
    [
      { code: 'E5', message: 'mobilePhone 008613917692706 is wrong' },
      'HTTP 400 E5 mobilePhone [phone] is wrong',
    ],
  ])('400 with %j is kept as %s', (body, words) => {
    expect(answer(body, 400)).toEqual({ kind: 'rejected', answer: words });
  });
});

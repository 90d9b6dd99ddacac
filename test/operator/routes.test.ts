// @module-tag slow
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  ActionAnswer,
  EventAnswer,
  EventList,
  GroupList,
  MatchQuality,
  OrderAnswer,
  OrderList,
  Overview,
  Reconciliation,
  Setup,
  TestEventAnswer,
} from '../../shared/operator-api/index.ts';
import { ADMIN_TOKEN, eventually, startCollector } from '../support/collector.ts';

const SERVER_KEY = 'server-key-of-the-shop-backend';
const collector = await startCollector(
  { SERVER_KEY, ORDERS_FROM: 'server', ORDER_MERGE_SECONDS: '0' },
  { whenOver: afterAll },
);
const { sandbox } = collector;
const get = async <T>(path: string): Promise<T> => {
  const response = await collector.admin('GET', path);
  expect([path, response.status]).toEqual([path, 200]);
  return response.json() as Promise<T>;
};
const act = async (path: string, body: unknown): Promise<ActionAnswer> => {
  const response = await collector.admin('POST', path, body);
  expect([path, response.status]).toEqual([path, 200]);
  return response.json() as Promise<ActionAnswer>;
};
const statusOf = async (method: string, path: string, body?: unknown) =>
  (await collector.admin(method, path, body)).status;
const all = { categoryPreferences: { advertising: true, analytics: true, marketing: true } };
const NO_ADS = { categoryPreferences: { advertising: false, analytics: true, marketing: true } };
const OTHER = '0e5b1a90-3a47-4f0e-8a53-cf3f2a3f4f10';
const visitor = '5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f6e11';
const view = (messageId: string, more: object = {}) => ({
  ...{ messageId, event: 'Product Viewed', anonymousId: visitor, context: { consent: all } },
  properties: { product_id: 'tea-1', price: 12.5, currency: 'TWD' },
  ...more,
});
const serverHeaders = { authorization: `Basic ${Buffer.from(`${SERVER_KEY}:`).toString('base64')}` };
const order = (id: string, more: object = {}) => ({
  ...{ messageId: `order-message-${id}`, event: 'Order Completed', userId: `customer-${id}` },
  context: { consent: all },
  properties: {
    order_id: id,
    total: 412,
    currency: 'TWD',
    products: [{ product_id: 'tea-1', price: 412, quantity: 1 }],
  },
  ...more,
});
const outcomeOf = async (messageId: string, destination = 'tiktok') => {
  const { events } = await get<EventList>(`/admin/events?message=${messageId}`);
  return events[0]?.outcomes.find((outcome) => outcome.destination === destination);
};
const settled = (messageId: string, state: string) =>
  eventually(
    () => outcomeOf(messageId),
    (outcome) => outcome?.state === state,
  );
const accepted = (id: string) =>
  sandbox.accepted('tiktok').filter((payload) => (payload as { event_id: string }).event_id.includes(id));

describe('events', () => {
  beforeAll(async () => {
    await collector.post('/v1/track', view('view-1'));
    await collector.post('/v1/track', view('denied-1', { anonymousId: OTHER, context: { consent: NO_ADS } }));
    await settled('view-1', 'delivered');
    await settled('denied-1', 'skipped');
  });

  test('a list has what became of each, and is found by what is known of it', async () => {
    const found = await get<EventList>(`/admin/events?visitor=${visitor}&name=Product+Viewed`);
    expect(found.events.find(({ messageId }) => messageId === 'view-1')).toMatchObject({
      ...{
        shop: 'shop',
        type: 'track',
        name: 'Product Viewed',
        source: 'browser',
        value: 12.5,
        currency: 'TWD',
      },
      consent: { advertising: true },
      outcomes: expect.arrayContaining([
        expect.objectContaining({ destination: 'tiktok', state: 'delivered' }),
      ]),
    });
    const skipped = await get<EventList>('/admin/events?destination=tiktok&outcome=skipped&reason=consent');
    expect(skipped.events.map(({ messageId }) => messageId)).toEqual(['denied-1']);
    expect((await get<EventList>('/admin/events?q=view-1')).events.length).toBe(1);
  });

  test('pages by cursor', async () => {
    const first = await get<EventList>('/admin/events?limit=1');
    expect(first.events.length).toBe(1);
    const second = await get<EventList>(`/admin/events?limit=1&cursor=${first.nextCursor}`);
    expect(second.events[0]?.messageId).not.toBe(first.events[0]?.messageId);
  });

  test.each([
    'email=mei.lin@example.com',
    'phone=%2B886912345678',
    'visitor=mei.lin@example.com',
    'q=mei.lin@example.com',
    'limit=0',
    'from=yesterday',
    'cursor=%3Cscript%3E',
    'outcome=lost',
    'type=clap',
    'unknown=1',
  ])('%s: 400', async (query) => {
    expect(await statusOf('GET', `/admin/events?${query}`)).toBe(400);
  });

  test('a shop that there is not: 404', async () => {
    expect(await statusOf('GET', '/admin/events?shop=other')).toBe(404);
    expect(await statusOf('GET', '/admin/events/none')).toBe(404);
  });

  test('one has its payload exactly as sent, the answer, and a command line without secrets', async () => {
    const { deliveries, captured, steps } = await get<EventAnswer>('/admin/events/view-1');
    const tiktok = deliveries.find(({ destination }) => destination === 'tiktok');
    expect(tiktok).toMatchObject({
      title: 'TikTok',
      state: 'delivered',
      payloadState: 'exact',
      canReplay: false,
    });
    expect(tiktok?.payloads).toEqual(accepted('view-1'));
    expect(tiktok?.attempts).toMatchObject([{ outcome: 'delivered', status: 200, code: '0', attempt: 1 }]);
    expect(tiktok?.attempts[0]?.requestId).toMatch(/\d/);
    expect(tiktok?.curl).toMatch(
      /^curl -X POST 'http.*event\/track\/' \\\n {2}-H "Access-Token: \$TIKTOK_ACCESS_TOKEN"/,
    );
    const customerio = deliveries.find(({ destination }) => destination === 'customerio');
    expect(customerio?.curl).toContain('-u "$CUSTOMERIO_API_KEY:"');
    expect(captured.source).toBe('browser');
    expect(steps.map(({ step }) => step)).toEqual(['happened', 'received', 'protected', 'stored']);
  });

  test('one has the known fields that were not exact, without their values; no destination is sent them', async () => {
    const lines = Array.from({ length: 25 }, () => ({ product_id: 'tea-1', price: '77.25' }));
    const answer = await collector.post('/v1/track', view('odd-1', { properties: { price: '12.5' } }));
    const { warnings } = (await answer.json()) as { warnings: { path: string; code: string }[] };
    await collector.post(
      '/v1/track',
      view('odd-2', { event: 'Checkout Started', properties: { products: lines } }),
    );
    await settled('odd-1', 'delivered');
    await settled('odd-2', 'delivered');
    const found = await get<EventAnswer>('/admin/events/odd-1');
    expect(found.captured.warnings).toEqual(warnings.map(({ path, code }) => ({ path, code })));
    expect(found.captured.warnings).toEqual([{ path: 'properties.price', code: 'field-coerced' }]);
    expect(found.steps.find(({ step }) => step === 'received')?.warnings).toEqual(found.captured.warnings);
    const many = (await get<EventAnswer>('/admin/events/odd-2')).captured.warnings ?? [];
    expect(many.length).toBe(20);
    expect(JSON.stringify(many)).not.toContain('77.25');
    const sent = (['tiktok', 'shopline', 'customerio'] as const).flatMap((name) => sandbox.received(name));
    expect(JSON.stringify(sent)).not.toContain('field-');
    expect((await get<EventAnswer>('/admin/events/view-1')).captured).not.toHaveProperty('warnings');
  });

  test('one that was skipped has the reason, in words with what to do', async () => {
    const { deliveries } = await get<EventAnswer>('/admin/events/denied-1');
    expect(deliveries.find(({ destination }) => destination === 'tiktok')).toMatchObject({
      ...{ state: 'skipped', reason: 'consent', attempts: [{ outcome: 'skipped', code: 'consent' }] },
      advice: { means: expect.stringMatching(/not allowed/), todo: expect.stringMatching(/CONSENT_DEFAULT/) },
      canReplay: true,
    });
  });
});

describe('orders', () => {
  const today = new Date().toISOString().slice(0, 10);
  beforeAll(async () => {
    await collector.post('/v1/track', order('5001'), serverHeaders);
    await collector.post('/v1/track', order('5002', { context: { consent: NO_ADS } }), serverHeaders);
    await settled('order-message-5001', 'delivered');
    await settled('order-message-5002', 'skipped');
  });

  test('are listed with what each destination accepted', async () => {
    const { orders } = await get<OrderList>('/admin/orders?state=paid');
    expect(orders.find(({ id }) => id.includes('5001'))).toMatchObject({
      ...{ state: 'paid', isPaid: true, total: 412, currency: 'TWD', sources: ['server'] },
      outcomes: expect.arrayContaining([
        expect.objectContaining({ destination: 'tiktok', state: 'delivered', stage: 'placed' }),
      ]),
    });
    expect((await get<OrderList>('/admin/orders?q=%235001')).orders.length).toBe(1);
    const skipped = await get<OrderList>('/admin/orders?destination=tiktok&outcome=skipped');
    expect(skipped.orders.map(({ id }) => id)).toEqual([expect.stringContaining('5002')]);
  });

  test('one has its reports, stages and requests', async () => {
    const found = await get<OrderAnswer>('/admin/orders/5001');
    expect(found).toMatchObject({
      order: { isPaid: true },
      reports: [{ source: 'server', name: 'Order Completed', total: 412, currency: 'TWD' }],
      stages: [{ stage: 'placed', messageId: 'order-message-5001' }],
    });
    expect(found.stages[0]?.requests.map(({ destination }) => destination)).toContain('tiktok');
    expect(await statusOf('GET', '/admin/orders/none')).toBe(404);
  });

  test('a day of them is reconciled, in words', async () => {
    const found = await get<Reconciliation>(`/admin/reconciliation?day=${today}&timeZone=UTC`);
    expect(found.orders).toEqual({ total: 2, paid: 2, amounts: { TWD: 824 } });
    const tiktok = found.destinations.find(({ destination }) => destination === 'tiktok');
    expect(tiktok).toMatchObject({
      accepted: 1,
      missing: [{ reason: 'consent', state: 'skipped', count: 1, orders: [expect.stringContaining('5002')] }],
      words: 'TikTok 1 of 2: 1 without consent',
    });
    expect(await statusOf('GET', '/admin/reconciliation?timeZone=Mars')).toBe(400);
    expect(await statusOf('GET', '/admin/reconciliation?day=2026-02-30')).toBe(400);
  });

  test('are exported as CSV, in which no cell is a formula', async () => {
    await collector.post('/v1/track', order('=HYPERLINK("x")'), serverHeaders);
    await settled('order-message-=HYPERLINK("x")', 'delivered').catch(() => {});
    const response = await collector.admin('GET', '/admin/orders?format=csv');
    expect(response.headers.get('content-type')).toMatch(/^text\/csv/);
    const text = await response.text();
    expect(text.split('\r\n')[0]).toMatch(
      /^shop,order,placed_at,state,is_paid,total,currency,sources,tiktok state/,
    );
    expect(text).toContain('5001');
    expect(text).not.toMatch(/(^|,|\n)"?[=+@]/);
  });
});

describe('what was not delivered', () => {
  const fault = {
    status: 200,
    body: { code: 40002, message: 'Invalid value for `event`: 17', request_id: 'r', data: {} },
  };
  beforeAll(async () => {
    sandbox.setFaults('tiktok', [fault]);
    await collector.post('/v1/track', view('bad-1'));
    await settled('bad-1', 'dead');
    await collector.post('/v1/track', view('bad-2'));
    await settled('bad-2', 'dead');
    sandbox.setFaults('tiktok', []);
  });

  test('is grouped in the words of the API', async () => {
    const { groups } = await get<GroupList>('/admin/dead-letters/groups?destination=tiktok&state=dead');
    expect(groups).toMatchObject([
      {
        ...{
          destination: 'tiktok',
          title: 'TikTok',
          state: 'dead',
          reason: 'rejected',
          count: 2,
          canReplay: true,
        },
        words: expect.stringContaining('Invalid value for `event`: #'),
        messageIds: expect.arrayContaining(['bad-1', 'bad-2']),
        advice: { means: expect.any(String), todo: expect.any(String) },
      },
    ]);
  });

  test('is counted first, then sent again at once, each once, and recorded', async () => {
    const selection = { destination: 'tiktok', reason: 'rejected' };
    expect(await act('/admin/replay', { selection, dryRun: true })).toMatchObject({
      count: 2,
      isDryRun: true,
    });
    expect((await outcomeOf('bad-1'))?.state).toBe('dead');
    const answer = await act('/admin/replay', { selection, note: 'the mapping is mended' });
    expect(answer).toEqual({
      ...{ count: 2, isDryRun: false, refused: [] },
      byDestination: [{ shop: 'shop', destination: 'tiktok', count: 2 }],
    });
    await settled('bad-1', 'delivered');
    await settled('bad-2', 'delivered');
    expect([accepted('bad-1').length, accepted('bad-2').length]).toEqual([1, 1]);
    const { actions } = await get<{ actions: object[] }>('/admin/audit');
    expect(actions[0]).toMatchObject({
      ...{
        action: 'replay',
        selection: 'tiktok · rejected',
        count: 2,
        note: 'the mapping is mended',
        who: 'token',
      },
    });
  });

  test('what was skipped for a consent that is denied today is asked once more, and skipped', async () => {
    const answer = await act('/admin/replay', { selection: { ids: ['denied-1'], destination: 'tiktok' } });
    expect(answer.count).toBe(1);
    await settled('denied-1', 'skipped');
    expect(accepted('denied-1')).toEqual([]);
  });

  test('is discarded with a note; what was skipped is none of it', async () => {
    sandbox.setFaults('tiktok', [fault]);
    await collector.post('/v1/track', view('bad-3'));
    await settled('bad-3', 'dead');
    sandbox.setFaults('tiktok', []);
    const selection = { ids: ['bad-3', 'denied-1'] };
    expect(await act('/admin/discard', { selection, note: 'a test' })).toMatchObject({ count: 1 });
    expect(await act('/admin/discard', { selection: { ids: ['denied-1'], state: 'skipped' } })).toMatchObject(
      {
        ...{ count: 0, refused: [{ reason: 'no-dead-letter' }] },
      },
    );
  });

  test('groups of one reason are chosen apart by their words', async () => {
    const unknown = { ...fault, body: { ...fault.body, message: 'The pixel 12 is unknown' } };
    for (const [messageId, answer] of [
      ['apart-1', fault],
      ['apart-2', unknown],
    ] as const) {
      sandbox.setFaults('tiktok', [answer]);
      await collector.post('/v1/track', view(messageId));
      await settled(messageId, 'dead');
    }
    sandbox.setFaults('tiktok', []);
    const { groups } = await get<GroupList>('/admin/dead-letters/groups?destination=tiktok&state=dead');
    const wordsOf = (part: string) => groups.find(({ words }) => words?.includes(part))?.words;
    const selection = { destination: 'tiktok', reason: 'rejected', state: 'dead' };
    expect(await act('/admin/replay', { selection, dryRun: true })).toMatchObject({ count: 2 });
    const none = { ...selection, words: '' };
    expect(await act('/admin/replay', { selection: none, dryRun: true })).toMatchObject({ count: 0 });
    const one = { ...selection, words: wordsOf('unknown') };
    expect(one.words).toMatch(/The pixel .* is unknown/);
    expect(await act('/admin/discard', { selection: one, note: 'a typo' })).toMatchObject({ count: 1 });
    expect([(await outcomeOf('apart-1'))?.state, (await outcomeOf('apart-2'))?.state]).toEqual([
      'dead',
      'none',
    ]);
    const { actions } = await get<{ actions: { selection: string }[] }>('/admin/audit');
    expect(actions[0]?.selection).toMatch(/The pixel .* is unknown/);
    const other = { ...selection, words: wordsOf('Invalid value') };
    expect(await act('/admin/replay', { selection: other })).toMatchObject({ count: 1 });
    await settled('apart-1', 'delivered');
  });

  test.each([
    {},
    { selection: {} },
    { selection: { words: 'alone' } },
    { selection: { shop: 'shop' } },
    { selection: { ids: [] } },
    { selection: { reason: 'rejected', everything: true } },
    { selection: { state: 'none', from: '2026-01-01' } },
    { selection: { reason: 'rejected' }, dryRun: 'yes' },
  ])('%j selects nothing: 400', async (body) => {
    expect(await statusOf('POST', '/admin/replay', body)).toBe(400);
    expect(await statusOf('POST', '/admin/discard', body)).toBe(400);
  });
});

test('figures: events and deliveries over the last hour, and what waits now', async () => {
  const found = await eventually(
    () => get<Overview>('/admin/overview'),
    ({ events }) => events.length > 0,
  );
  expect(found.stepMs).toBe(60_000);
  expect(found.times.length).toBe(found.destinations[0]?.delivered.length);
  const tiktok = found.destinations.find(({ destination }) => destination === 'tiktok');
  expect(tiktok).toMatchObject({ breaker: 'closed', title: 'TikTok', waiting: 0 });
  expect(tiktok?.delivered.reduce((a, b) => a + b)).toBeGreaterThan(0);
  expect(found.storage).toMatchObject({ gaps: 0, bytes: expect.any(Number) });
  expect(await statusOf('GET', '/admin/overview?from=2026-11-29&to=2026-11-28')).toBe(400);
});

test('match quality: the worst gap first, with the advice', async () => {
  const found = await eventually(
    () => get<MatchQuality>('/admin/match-quality?days=2'),
    ({ rows }) => rows.some(({ event }) => event === 'Order Completed'),
  );
  const orders = found.rows.find(
    ({ destination, event }) => destination === 'tiktok' && event === 'Order Completed',
  );
  const share = (key: string) => orders?.keys.find((one) => one.key === key)?.share;
  expect([share('external_id'), share('value'), share('email')]).toEqual([1, 1, 0]);
  expect(found.gaps[0]).toMatchObject({
    event: 'Order Completed',
    share: 0,
    advice: expect.stringMatching(/\w/),
  });
});

test('set-up: findings in words, the tag to copy', async () => {
  const { findings, shops } = await get<Setup>('/admin/setup');
  expect(findings.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['public-url-missing', 'store', 'clock', 'endpoint-reached', 'destination']),
  );
  const rank = ['error', 'warning', 'ok'];
  const ranks = findings.map(({ severity }) => rank.indexOf(severity));
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  expect(shops).toMatchObject([
    { id: 'shop', tag: expect.stringMatching(/^<script async src=.*s\.js/), ordersFrom: 'server' },
  ]);
});

describe('a test event', () => {
  const send = async (body: object) => {
    const response = await collector.admin('POST', '/admin/test-event', body);
    return { status: response.status, answer: (await response.json()) as TestEventAnswer };
  };

  test('is sent to TikTok’s test page by its own mapper, answered, and not stored', async () => {
    const before = collector.events.length;
    const { status, answer } = await send({
      destination: 'tiktok',
      name: 'Order Completed',
      testEventCode: 'TEST123',
    });
    expect([status, answer]).toMatchObject([
      200,
      {
        outcome: 'delivered',
        status: 200,
        payloads: expect.arrayContaining([expect.objectContaining({ event: 'Purchase' })]),
        requestId: expect.any(String),
      },
    ]);
    expect(sandbox.received('tiktok').at(-1)?.body).toMatchObject({ test_event_code: 'TEST123' });
    expect(collector.events.length).toBe(before);
  });

  test('without a code, or where it would count: 400', async () => {
    expect((await send({ destination: 'tiktok' })).status).toBe(400);
    expect((await send({ destination: 'customerio' })).status).toBe(400);
    expect((await send({ destination: 'nowhere' })).status).toBe(404);
  });
});

test('live: an event within a second, its outcome, and how destinations are', async () => {
  const abort = new AbortController();
  const response = await fetch(`${collector.base}/admin/stream?shop=shop`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    signal: abort.signal,
  });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const lines: string[] = [];
  const reading = (async () => {
    for await (const chunk of response.body ?? []) lines.push(new TextDecoder().decode(chunk));
  })().catch(() => {});
  await eventually(
    () => Promise.resolve(lines.join('')),
    (text) => text.includes('event: status'),
  );
  await collector.post('/v1/track', view('live-1'));
  await eventually(
    () => Promise.resolve(lines.join('')),
    (text) => /event: event\ndata: \{"messageId":"live-1".*"state":"delivered"/.test(text),
  );
  abort.abort();
  await reading;
});

test('a person’s events are found by the digest of the email', async () => {
  const email = createHash('sha256').update('mei.lin@example.com').digest('hex');
  await collector.post('/v1/identify', {
    ...{
      messageId: 'identify-1',
      userId: 'u-77',
      traits: { email: 'Mei.Lin@example.com' },
      context: { consent: all },
    },
  });
  await eventually(
    () => get<EventList>(`/admin/events?email=${email.toUpperCase()}`),
    ({ events }) => events.some(({ messageId }) => messageId === 'identify-1'),
  );
});

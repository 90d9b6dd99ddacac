import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createSandbox, SANDBOX_CREDENTIALS } from '../../server/sandbox/index.ts';

const sandbox = await createSandbox({ clock: () => Date.UTC(2026, 2, 1) });
afterAll(() => sandbox.close());
beforeEach(() => sandbox.clear());

const MARKETING = 'sales/marketing_events/sync_data.json';
const FLOWS = 'sales/flow/batch_sync_flow_data.json';
const { accessToken, appKey, sourceType, storeId } = SANDBOX_CREDENTIALS.shopline;

async function post(path: string, payload: unknown, headers: Record<string, string> = {}, to = sandbox) {
  const response = await fetch(`${to.urls.shopline}/admin/openapi/v20260301/${path}`, {
    method: 'POST',
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
    answer: JSON.parse((await response.text()) || 'null') as Record<string, unknown>,
  };
}

const custom = { name: 'Open rate', tool_tips: 'Opened by people', type: 2, value: '0.09' };
const row = (change: object = {}) => ({
  marketing_event_id: 'MA_12323312324',
  occurred_on: 1_672_246_800_000,
  order_num: 3,
  order_amount: 0,
  get_unit_cost: Number.MAX_SAFE_INTEGER,
  product_sale_list: [{ product_id: '16062938070772167548642145', count: 100 }],
  regional_visit_list: [{ name: 'ua', count: 100 }],
  custom_activity_engagement_list: [custom],
  custom_sale_data_list: [{ ...custom, tool_tips: undefined, type: 1, value: '-12.5' }],
  ...change,
});
const rows = (...marketing_activity_datas: unknown[]) => ({ marketing_activity_datas });

const node = (change: object = {}) => ({
  node_id: '5a206848-5e7e-4e50-93de-01bb4d9c7ac5',
  occurred_on: 1_672_365_600_000,
  order_amount: 220,
  order_num: 4,
  buyer_num: 4,
  has_send_num: 3,
  has_delivery_num: 3,
  preview_image_url: 'https://img.example/1.png',
  open_rate: '3',
  click_rate: '56.6',
  ...change,
});
const flow = (change: object = {}) => ({
  flow_id: '5598349859474639045',
  occurred_on: 1_672_365_600_000,
  order_amount: 0,
  order_num: 0,
  send_count: 1,
  trigger_num: 4,
  flow_node_data_list: [node()],
  ...change,
});
const flows = (list: unknown = [flow()], change: object = {}) => ({
  app_key: appKey,
  source_type: sourceType,
  store_id: storeId,
  flow_data_list: list,
  ...change,
});

describe('marketing statistics', () => {
  test('good rows are counted, kept in order, and are no events', async () => {
    const second = row({ marketing_event_id: 'MA_2' });
    const { status, traceId, answer } = await post(MARKETING, rows(row(), second));
    expect([status, answer]).toEqual([200, { sucess_count: 2 }]);
    expect(traceId).toMatch(/./);
    await post(MARKETING, rows({ marketing_event_id: 'MA_3', occurred_on: 1_672_246_800_000 }));
    const ids = sandbox.reports().marketing.map(({ marketing_event_id }) => marketing_event_id);
    expect(ids).toEqual(['MA_12323312324', 'MA_2', 'MA_3']);
    expect(sandbox.accepted('shopline')).toEqual([]);
  });

  test('rows of unknown marketing events are left out of the count, and the answer does not say which', async () => {
    const { status, answer } = await post(MARKETING, rows(row({ marketing_event_id: '4073' }), row()));
    expect([status, answer]).toEqual([200, { sucess_count: 1 }]);
    expect(sandbox.reports().marketing).toHaveLength(1);
    expect(sandbox.received('shopline')[0]?.refused).toMatchObject([
      { item: { marketing_event_id: '4073' }, why: 'marketing_event_id does not exist' },
    ]);
  });

  test('a merchant whose marketing events are listed has no others', async () => {
    const own = await createSandbox({ credentials: { shopline: { marketingEvents: ['4073'] } } });
    try {
      const { answer } = await post(MARKETING, rows(row(), row({ marketing_event_id: '4073' })), {}, own);
      expect(answer).toEqual({ sucess_count: 1 });
      expect(own.reports().marketing).toMatchObject([{ marketing_event_id: '4073' }]);
    } finally {
      await own.close();
    }
  });

  test.each<{ case: string; given: object }>([
    { case: 'a name of 20 characters, none of the first plane', given: { name: '🍵'.repeat(20) } },
    { case: 'a tip of 30', given: { tool_tips: '茶'.repeat(30) } },
    { case: 'money', given: { type: 1 } },
    { case: 'a plain number', given: { type: 3, value: '7' } },
  ])('a custom figure: $case', async ({ given }) => {
    const taken = await post(MARKETING, rows(row({ custom_sale_data_list: [{ ...custom, ...given }] })));
    expect(taken.answer).toEqual({ sucess_count: 1 });
  });

  test('lists of five, a region of 200 characters and many products are taken', async () => {
    const full = row({
      regional_visit_list: Array(5).fill({ name: '地'.repeat(200), count: 1 }),
      custom_activity_engagement_list: Array(5).fill(custom),
      custom_sale_data_list: Array(5).fill(custom),
      product_sale_list: Array(100).fill({ product_id: '1', count: 0 }),
    });
    expect((await post(MARKETING, rows(full))).answer).toEqual({ sucess_count: 1 });
  });

  test.each<{ field: string; given: unknown }>([
    { field: 'marketing_activity_datas', given: {} },
    { field: 'marketing_activity_datas', given: rows() },
    { field: 'rows', given: { ...rows(row()), rows: [] } },
    { field: 'marketing_event_id', given: rows(row({ marketing_event_id: undefined })) },
    { field: 'marketing_event_id', given: rows(row({ marketing_event_id: '' })) },
    { field: 'marketing_event_id', given: rows(row({ marketing_event_id: 4073 })) },
    { field: 'occurred_on', given: rows(row({ occurred_on: undefined })) },
    { field: 'occurred_on', given: rows(row({ occurred_on: 1_672_246_800 })) },
    { field: 'occurred_on', given: rows(row({ occurred_on: 0 })) },
    { field: 'occurred_on', given: rows(row({ occurred_on: '1672246800000' })) },
    { field: 'order_num', given: rows(row({ order_num: '3' })) },
    { field: 'order_amount', given: rows(row({ order_amount: 12.5 })) },
    { field: 'order_amount', given: rows(row({ order_amount: -1 })) },
    { field: 'spend_cost', given: rows(row({ spend_cost: null })) },
    { field: 'old_buyer_sum', given: rows(row({ old_buyer_sum: Number.MAX_SAFE_INTEGER + 1 })) },
    { field: 'open_num', given: rows(row({ open_num: 1 })) },
    { field: 'product_id', given: rows(row({ product_sale_list: [{ product_id: 16062938, count: 1 }] })) },
    { field: 'count', given: rows(row({ product_sale_list: [{ product_id: '1' }] })) },
    {
      field: 'regional_visit_list',
      given: rows(row({ regional_visit_list: Array(6).fill({ name: 'tw', count: 1 }) })),
    },
    {
      field: 'regional_visit_list.name',
      given: rows(row({ regional_visit_list: [{ name: 'x'.repeat(201), count: 1 }] })),
    },
    {
      field: 'custom_activity_engagement_list',
      given: rows(row({ custom_activity_engagement_list: Array(6).fill(custom) })),
    },
    { field: 'custom_sale_data_list', given: rows(row({ custom_sale_data_list: Array(6).fill(custom) })) },
  ])('$field: $given is refused, the whole request with it', async ({ field, given }) => {
    const { status, answer } = await post(MARKETING, given);
    expect([status, answer.errors]).toEqual([422, expect.stringContaining(field)]);
    expect(sandbox.reports().marketing).toEqual([]);
  });

  test.each<{ field: string; change: object }>([
    { field: 'name', change: { name: 'FackbookOrderConversionRate' } },
    { field: 'name', change: { name: undefined } },
    { field: 'tool_tips', change: { tool_tips: 'x'.repeat(31) } },
    { field: 'type', change: { type: 4 } },
    { field: 'type', change: { type: '2' } },
    { field: 'value', change: { value: 0.09 } },
    { field: 'value', change: { value: '9 %' } },
    { field: 'value', change: { value: '' } },
    { field: 'value', change: { value: 'NaN' } },
    { field: 'tooltips', change: { tooltips: 'x' } },
  ])('a custom figure with $change is refused', async ({ field, change }) => {
    const given = rows(row(), row({ custom_sale_data_list: [{ ...custom, ...change }] }));
    const { status, answer } = await post(MARKETING, given);
    expect([status, answer.errors]).toEqual([
      422,
      expect.stringContaining(`marketing_activity_datas.custom_sale_data_list.${field}: `),
    ]);
  });
});

describe('flow statistics', () => {
  test('a good body is answered with nothing, and kept', async () => {
    const given = flows([
      flow({ delete_flow_node_data_list: [node({ preview_image_url: '' })] }),
      flow({ flow_id: '2', flow_node_data_list: undefined }),
    ]);
    const { status, traceId, answer } = await post(FLOWS, given);
    expect([status, answer]).toEqual([200, {}]);
    expect(traceId).toMatch(/./);
    expect(sandbox.reports().flows).toEqual([JSON.parse(JSON.stringify(given))]);
    expect(sandbox.accepted('shopline')).toEqual([]);
  });

  test('numbers may be quoted, as in the document’s example', async () => {
    const quoted = flow({
      occurred_on: '1672365600000',
      order_amount: '200',
      order_num: '4',
      send_count: '0',
      trigger_num: '4',
      flow_node_data_list: [node({ occurred_on: '1672365600000', order_amount: '220', buyer_num: '4' })],
    });
    expect((await post(FLOWS, flows([quoted]))).status).toBe(200);
  });

  test('100 flows are taken, and every rate from 0 to 100', async () => {
    const rates = ['0', '100', '100.00', '0.5', '56.6', '99.99'].map((open_rate) => node({ open_rate }));
    const list = Array(100).fill(flow({ flow_node_data_list: rates }));
    expect((await post(FLOWS, flows(list))).status).toBe(200);
  });

  test.each<{ field: string; given: unknown }>([
    { field: 'app_key', given: flows([flow()], { app_key: 'other' }) },
    { field: 'app_key', given: flows([flow()], { app_key: undefined }) },
    { field: 'source_type', given: flows([flow()], { source_type: 'smartpush-app' }) },
    { field: 'store_id', given: flows([flow()], { store_id: Number(storeId) }) },
    { field: 'store_id', given: flows([flow()], { store_id: '1' }) },
    { field: 'shop_id', given: flows([flow()], { shop_id: '1' }) },
    { field: 'flow_data_list', given: flows([]) },
    { field: 'flow_data_list', given: flows(Array(101).fill(flow())) },
    { field: 'flow_data_list', given: { ...flows(), flow_data_list: undefined } },
  ])('$field: $given is refused', async ({ field, given }) => {
    const { status, answer } = await post(FLOWS, given);
    expect([status, answer.errors]).toEqual([422, expect.stringContaining(field)]);
    expect(sandbox.reports().flows).toEqual([]);
  });

  test.each<{ field: string; change: object }>([
    ...['flow_id', 'occurred_on', 'order_amount', 'order_num', 'send_count', 'trigger_num'].map((field) => ({
      field,
      change: { [field]: undefined },
    })),
    { field: 'flow_id', change: { flow_id: 5598349859 } },
    { field: 'occurred_on', change: { occurred_on: '1672365600' } },
    { field: 'order_amount', change: { order_amount: 2.2 } },
    { field: 'order_amount', change: { order_amount: '2.2' } },
    { field: 'order_num', change: { order_num: -4 } },
    { field: 'order_num', change: { order_num: '' } },
    { field: 'send_count', change: { send_count: '99999999999999999999' } },
    { field: 'open_rate', change: { open_rate: '3' } },
  ])('a flow with $change is refused', async ({ field, change }) => {
    const { status, answer } = await post(FLOWS, flows([flow(), flow(change)]));
    expect([status, answer.errors]).toEqual([422, expect.stringContaining(`flow_data_list.${field}: `)]);
  });

  test.each<{ field: string; change: object }>([
    ...[
      'node_id',
      'occurred_on',
      'order_amount',
      'order_num',
      'buyer_num',
      'has_send_num',
      'has_delivery_num',
    ].map((field) => ({ field, change: { [field]: undefined } })),
    { field: 'parent_node_id', change: { parent_node_id: null } },
    { field: 'preview_image_url', change: { preview_image_url: 'http://img.example/1.png' } },
    { field: 'open_rate', change: { open_rate: 3 } },
    { field: 'click_rate', change: { click_rate: '0.123' } },
    { field: 'bounce_rate', change: { bounce_rate: '100.01' } },
    { field: 'fail_rate', change: { fail_rate: '-1' } },
    { field: 'unsubscribe_rate', change: { unsubscribe_rate: '3%' } },
    { field: 'spam_rate', change: { spam_rate: '0' } },
  ])('a node with $change is refused, live or gone', async ({ field, change }) => {
    for (const list of ['flow_node_data_list', 'delete_flow_node_data_list']) {
      const { status, answer } = await post(FLOWS, flows([flow({ [list]: [node(change)] })]));
      expect([status, answer.errors]).toEqual([422, expect.stringContaining(`${list}.${field}: `)]);
    }
  });
});

describe('the door is the same for all of them', () => {
  test.each([MARKETING, FLOWS])('%s: token, content type, JSON', async (path) => {
    const body = path === FLOWS ? flows() : rows(row());
    expect((await post(path, body, { Authorization: 'Bearer other' })).status).toBe(401);
    expect((await post(path, body, { 'Content-Type': 'application/json' })).status).toBe(400);
    expect((await post(path, '{"half"')).status).toBe(400);
    expect(sandbox.reports()).toEqual({ marketing: [], flows: [] });
  });

  test('an app without the scope is told which one it lacks', async () => {
    const own = await createSandbox({ credentials: { shopline: { scopes: ['read_data_report'] } } });
    try {
      const { status, answer } = await post(FLOWS, flows(), {}, own);
      expect([status, answer.errors]).toEqual([403, expect.stringContaining('write_marketing_event')]);
    } finally {
      await own.close();
    }
  });

  test('40 calls at once are for all of them together', async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 41; index++) {
      const isFlow = index % 2 === 0;
      statuses.push((await post(isFlow ? FLOWS : MARKETING, isFlow ? flows() : rows(row()))).status);
    }
    expect(statuses.slice(0, 40)).toEqual(Array(40).fill(200));
    expect(statuses[40]).toBe(429);
  });

  test('an answer lost on purpose leaves the report taken; hidden by a fault, it never was', async () => {
    sandbox.setFaults('shopline', [
      { path: 'sales/', status: 500, times: 1 },
      { path: 'sales/', status: 500, after: 'accept', times: 1 },
    ]);
    expect((await post(MARKETING, rows(row({ marketing_event_id: 'MA_1' })))).status).toBe(500);
    expect((await post(MARKETING, rows(row({ marketing_event_id: 'MA_2' })))).status).toBe(500);
    expect(sandbox.reports().marketing).toMatchObject([{ marketing_event_id: 'MA_2' }]);
  });
});

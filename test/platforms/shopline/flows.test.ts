import { expect, test } from 'vitest';
import {
  FlowEntry,
  flowApp,
  toFlowBody,
  toFlowEntry,
} from '../../../server/platforms/shopline/reports/flows.ts';
import { flow, NEWEST_MS, NO_MESSAGES, NOW_MS, node } from '../../analytics/fixtures.ts';

const FLOW_ID = '5598349859474639045';
const LIVE = '5a206848-5e7e-4e50-93de-01bb4d9c7ac5';
const messages = {
  ...NO_MESSAGES,
  attempted: 9,
  sent: 8,
  delivered: 6,
  opened: 3,
  clicked: 2,
  bounced: 1,
  failed: 1,
  unsubscribed: 1,
};

test('everything that is counted of a flow and its nodes arrives under SHOPLINE’s name for it', () => {
  const totals = flow(FLOW_ID, {
    orders: 4,
    amountHundredths: 22_050,
    messages: { ...messages, sent: 12 },
    journeys: 7,
    nodes: [node(LIVE, { orders: 3, amountHundredths: 12_000, buyers: 2, messages })],
  });
  const nodes = [
    { node_id: LIVE, action_id: '7', parent_node_id: 'parent', preview_image_url: 'https://p.example/a.png' },
  ];
  expect(FlowEntry.parse(toFlowEntry(totals, nodes, [], NOW_MS))).toEqual({
    flow_id: FLOW_ID,
    occurred_on: NEWEST_MS,
    order_amount: 22_050,
    order_num: 4,
    send_count: 12,
    trigger_num: 7,
    flow_node_data_list: [
      {
        node_id: LIVE,
        occurred_on: NEWEST_MS,
        order_amount: 12_000,
        order_num: 3,
        buyer_num: 2,
        has_send_num: 8,
        has_delivery_num: 6,
        parent_node_id: 'parent',
        preview_image_url: 'https://p.example/a.png',
        open_rate: '50',
        click_rate: '33.33',
        bounce_rate: '12.5',
        fail_rate: '11.11',
        unsubscribe_rate: '16.67',
      },
    ],
    delete_flow_node_data_list: [],
  });
});

test('a node of which nothing is known is reported with zeros, at the time of the report', () => {
  const entry = toFlowEntry(flow(FLOW_ID), [{ node_id: LIVE, action_id: '7' }], [], NOW_MS);
  expect(FlowEntry.parse(entry).flow_node_data_list).toEqual([
    {
      node_id: LIVE,
      occurred_on: NOW_MS,
      order_amount: 0,
      order_num: 0,
      buyer_num: 0,
      has_send_num: 0,
      has_delivery_num: 0,
      open_rate: '0',
      click_rate: '0',
      bounce_rate: '0',
      fail_rate: '0',
      unsubscribe_rate: '0',
    },
  ]);
});

test('a removed node is reported once more, with its last totals, among the deleted ones', () => {
  const totals = flow(FLOW_ID, { nodes: [node('gone', { orders: 5, amountHundredths: 344 })] });
  const { flow_node_data_list, delete_flow_node_data_list } = FlowEntry.parse(
    toFlowEntry(totals, [{ node_id: LIVE, action_id: '7' }], ['gone'], NOW_MS),
  );
  expect(flow_node_data_list.map(({ node_id }) => node_id)).toEqual([LIVE]);
  expect(delete_flow_node_data_list).toMatchObject([
    { node_id: 'gone', order_num: 5, order_amount: 344, occurred_on: NEWEST_MS },
  ]);
});

test('late events make no rate above 100', () => {
  const odd = { ...NO_MESSAGES, delivered: 2, opened: 5, sent: 1, bounced: 3, attempted: 1, failed: 4 };
  const entry = toFlowEntry(
    flow(FLOW_ID, { nodes: [node(LIVE, { messages: odd })] }),
    [{ node_id: LIVE, action_id: '7' }],
    [],
    NOW_MS,
  );
  expect(FlowEntry.parse(entry).flow_node_data_list).toMatchObject([
    { open_rate: '100', bounce_rate: '100', fail_rate: '100' },
  ]);
});

test('numbers are numbers, and ids are text however many digits they have', () => {
  const body = toFlowBody({ app_key: 'a', source_type: 's', store_id: '1658921299465' }, [
    toFlowEntry(flow(FLOW_ID), [], [], NOW_MS),
  ]);
  const wire = JSON.stringify(body);
  expect(wire).toContain(`"flow_id":"${FLOW_ID}"`);
  expect(wire).toContain('"store_id":"1658921299465"');
  expect(wire).toContain('"order_num":0');
});

test('without app key, store and source there is no app to report flows for', () => {
  const admin = {
    handle: 'shop',
    endpoint: 'https://shop.myshopline.com',
    apiVersion: 'v20260301',
    accessToken: 't',
    appKey: 'key',
    appSecret: undefined,
    storeId: '16',
    sourceType: 'src',
  };
  expect(flowApp(admin)).toEqual({ app_key: 'key', store_id: '16', source_type: 'src' });
  for (const missing of ['appKey', 'storeId', 'sourceType'])
    expect(flowApp({ ...admin, [missing]: undefined })).toBeUndefined();
});

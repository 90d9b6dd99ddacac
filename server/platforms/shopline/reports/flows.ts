import { z } from 'zod';
import type { FlowTotals, NodeTotals } from '../../../analytics/totals.ts';
import type { Flow, ShoplineAdmin } from '../../../config/config.ts';
import { Count, Id, OccurredOn, occurredOn } from './fields.ts';
import { percent } from './rates.ts';

/** SHOPLINE's limit per call. */
export const MAX_FLOWS = 100;

const Rate = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,2})?$/)
  .refine((rate) => Number(rate) <= 100);

const Node = z.strictObject({
  node_id: Id,
  occurred_on: OccurredOn,
  order_amount: Count,
  order_num: Count,
  buyer_num: Count,
  has_send_num: Count,
  has_delivery_num: Count,
  parent_node_id: Id.optional(),
  preview_image_url: z.string().optional(),
  open_rate: Rate,
  click_rate: Rate,
  bounce_rate: Rate,
  fail_rate: Rate,
  unsubscribe_rate: Rate,
});
type Node = z.infer<typeof Node>;

/** One flow of `sales/flow/batch_sync_flow_data.json`. Numbers are numbers, ids are text. */
export const FlowEntry = z.strictObject({
  flow_id: Id,
  occurred_on: OccurredOn,
  order_amount: Count,
  order_num: Count,
  send_count: Count,
  trigger_num: Count,
  flow_node_data_list: z.array(Node),
  delete_flow_node_data_list: z.array(Node),
});
export type FlowEntry = z.infer<typeof FlowEntry>;

/** The app that owns the flows. */
export interface FlowApp {
  app_key: string;
  source_type: string;
  store_id: string;
}

/** @returns undefined while one of the three is not configured; then no flow can be reported. */
export function flowApp({ appKey, sourceType, storeId }: ShoplineAdmin): FlowApp | undefined {
  return appKey === undefined || sourceType === undefined || storeId === undefined
    ? undefined
    : { app_key: appKey, source_type: sourceType, store_id: storeId };
}

/**
 * The body of one call.
 *
 * @param app of `flowApp`; SHOPLINE refuses a body without it.
 * @param entries at most 100.
 * @see https://developer.shopline.com/docs/admin-rest-api/marketing/marketing-automation/process-statistics-synchronization (July 2026)
 */
export const toFlowBody = (app: FlowApp | undefined, entries: readonly unknown[]) => ({
  ...app,
  flow_data_list: entries,
});

/**
 * The totals of a flow in SHOPLINE's fields; the README of analytics defines each one.
 *
 * @param nodes those that FLOWS lists for it.
 * @param removed IDs of nodes that were reported and are no longer listed.
 */
export function toFlowEntry(
  totals: FlowTotals,
  nodes: Flow['nodes'],
  removed: readonly string[],
  nowMs: number,
): FlowEntry {
  const known = new Map(totals.nodes.map((node) => [node.nodeId, node]));
  const counted = (id: string) => toCounts(known.get(id) ?? emptyNode(id), nowMs);
  return {
    flow_id: totals.flowId,
    occurred_on: occurredOn(totals.newestAtMs, nowMs),
    order_amount: totals.amountHundredths,
    order_num: totals.orders,
    send_count: totals.messages.sent,
    trigger_num: totals.journeys,
    flow_node_data_list: nodes.map(({ node_id, parent_node_id, preview_image_url }) => ({
      ...counted(node_id),
      ...(parent_node_id !== undefined && { parent_node_id }),
      ...(preview_image_url !== undefined && { preview_image_url }),
    })),
    delete_flow_node_data_list: removed.map(counted),
  };
}

function toCounts({ nodeId, newestAtMs, messages, ...node }: NodeTotals, nowMs: number): Node {
  const { attempted, sent, delivered, opened, clicked, bounced, failed, unsubscribed } = messages;
  return {
    node_id: nodeId,
    occurred_on: occurredOn(newestAtMs, nowMs),
    order_amount: node.amountHundredths,
    order_num: node.orders,
    buyer_num: node.buyers,
    has_send_num: sent,
    has_delivery_num: delivered,
    open_rate: percent(opened, delivered),
    click_rate: percent(clicked, delivered),
    bounce_rate: percent(bounced, sent),
    fail_rate: percent(failed, attempted),
    unsubscribe_rate: percent(unsubscribed, delivered),
  };
}

/** The totals of a configured flow without any activity yet. */
export const emptyFlow = (flowId: string): FlowTotals => {
  const { newestAtMs, orders, amountHundredths, messages } = emptyNode('');
  return { flowId, newestAtMs, orders, amountHundredths, messages, journeys: 0, nodes: [] };
};

const emptyNode = (nodeId: string): NodeTotals => ({
  nodeId,
  newestAtMs: 0,
  orders: 0,
  amountHundredths: 0,
  buyers: 0,
  messages: {
    attempted: 0,
    sent: 0,
    delivered: 0,
    opened: 0,
    machineOpened: 0,
    clicked: 0,
    machineClicked: 0,
    bounced: 0,
    failed: 0,
    unsubscribed: 0,
    spammed: 0,
  },
});

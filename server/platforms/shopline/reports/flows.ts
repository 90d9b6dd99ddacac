import { z } from 'zod';
import type { FlowTotals, NodeTotals } from '../../../analytics/totals.ts';
import type { Flow, ShoplineAdmin } from '../../../config/config.ts';
import { Count, Id, OccurredOn, occurredOn } from './fields.ts';
import { percent } from './rates.ts';

/** A call takes no more flows. */
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

/** Whose flows these are. */
export interface FlowApp {
  app_key: string;
  source_type: string;
  store_id: string;
}

/** @returns undefined while one of the three is not configured: then no flow can be reported. */
export function flowApp({ appKey, sourceType, storeId }: ShoplineAdmin): FlowApp | undefined {
  return appKey === undefined || sourceType === undefined || storeId === undefined
    ? undefined
    : { app_key: appKey, source_type: sourceType, store_id: storeId };
}

/**
 * The body of one call.
 *
 * @param app undefined sends nothing that SHOPLINE would take; ask `flowApp` first.
 * @param entries at most 100.
 * @see https://developer.shopline.com/docs/admin-rest-api/marketing/marketing-automation/process-statistics-synchronization (July 2026)
 */
export const toFlowBody = (app: FlowApp | undefined, entries: readonly unknown[]) => ({
  ...app,
  flow_data_list: entries,
});

/**
 * What is known of a flow in SHOPLINE's words; README.md says what each field counts.
 *
 * @param nodes those that FLOWS lists for it.
 * @param gone ids of nodes that were reported and are listed no more.
 */
export function toFlowEntry(
  totals: FlowTotals,
  nodes: Flow['nodes'],
  gone: readonly string[],
  nowMs: number,
): FlowEntry {
  const known = new Map(totals.nodes.map((node) => [node.nodeId, node]));
  const counted = (id: string) => toCounts(known.get(id) ?? nothing(id), nowMs);
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
    delete_flow_node_data_list: gone.map(counted),
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

/** A flow that is configured, and of which nothing was heard yet. */
export const nothingOfFlow = (flowId: string): FlowTotals => {
  const { newestAtMs, orders, amountHundredths, messages } = nothing('');
  return { flowId, newestAtMs, orders, amountHundredths, messages, journeys: 0, nodes: [] };
};

const nothing = (nodeId: string): NodeTotals => ({
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

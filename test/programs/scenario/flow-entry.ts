import type { Flow } from '../../../server/config/config.ts';
import { type Counted, distinct, messageCounts, netOf, newest, percent, sum } from './counting.ts';

/** An entry of `flow_data_list` as it is sent. */
export interface FlowEntry {
  [field: string]: unknown;
  flow_id: string;
  /** Epoch ms; `undefined` stands for the time of the report. */
  occurred_on: number | undefined;
  flow_node_data_list: FlowNode[];
}
export interface FlowNode {
  [field: string]: unknown;
  node_id: string;
  occurred_on: number | undefined;
}

export function flowEntry(flow: Flow, counted: Counted): FlowEntry {
  const messages = counted.messages.filter((message) => message.flow === flow.flow_id);
  const ours = counted.orders.filter((order) => order.credit.flow === flow.flow_id);
  const count = messageCounts(messages);
  return {
    flow_id: flow.flow_id,
    occurred_on: newest([...messages, ...ours]),
    order_num: ours.length,
    order_amount: sum(ours.map(netOf)),
    send_count: count('sent'),
    trigger_num: distinct(messages.map(({ journey }) => journey)).length,
    flow_node_data_list: flow.nodes.map(({ node_id, parent_node_id, preview_image_url }) => {
      const sent = messages.filter((message) => message.node === node_id);
      const bought = ours.filter((order) => order.credit.node === node_id);
      const of = messageCounts(sent);
      const handled = sent.filter(({ metric }) => ['attempted', 'sent', 'failed'].includes(metric));
      return {
        node_id,
        occurred_on: newest([...sent, ...bought]),
        order_num: bought.length,
        order_amount: sum(bought.map(netOf)),
        buyer_num: distinct(bought.map(({ buyer }) => buyer)).length,
        has_send_num: of('sent'),
        has_delivery_num: of('delivered'),
        open_rate: percent(of('opened'), of('delivered')),
        click_rate: percent(of('clicked'), of('delivered')),
        unsubscribe_rate: percent(of('unsubscribed'), of('delivered')),
        bounce_rate: percent(of('bounced'), of('sent')),
        fail_rate: percent(of('failed'), distinct(handled.map(({ id }) => id)).length),
        ...(parent_node_id && { parent_node_id }),
        ...(preview_image_url && { preview_image_url }),
      };
    }),
  };
}

import { z } from 'zod';
import { Count, Millis, Text } from './fields.ts';

/** The document declares numbers and shows them quoted, so both are accepted; quoted ones must be digits. */
const orDigits = (whole: z.ZodType<number>, wants: string) =>
  z.union(
    [
      whole,
      z
        .string()
        .regex(/^\d+$/)
        .refine((digits) => whole.safeParse(Number(digits)).success),
    ],
    { error: `must be ${wants}, as a number or its digits` },
  );
const FlowCount = orDigits(Count, 'a whole number from 0');
const FlowMillis = orDigits(Millis, '13 digits of milliseconds');

const Rate = z
  .string('must be text')
  .regex(
    /^(100(\.0{1,2})?|(0|[1-9]\d?)(\.\d{1,2})?)$/,
    'must be percent as text, 0 to 100, at most two decimals',
  );

const Node = z.strictObject({
  node_id: Text,
  occurred_on: FlowMillis,
  order_amount: FlowCount,
  order_num: FlowCount,
  buyer_num: FlowCount,
  has_send_num: FlowCount,
  has_delivery_num: FlowCount,
  parent_node_id: Text.optional(),
  /** Empty in the document's example of a deleted node. */
  preview_image_url: z
    .union([z.literal(''), z.url({ protocol: /^https$/ })], { error: 'must be an https: address, or empty' })
    .optional(),
  open_rate: Rate.optional(),
  click_rate: Rate.optional(),
  bounce_rate: Rate.optional(),
  fail_rate: Rate.optional(),
  unsubscribe_rate: Rate.optional(),
});

const Flow = z.strictObject({
  flow_id: Text,
  occurred_on: FlowMillis,
  order_amount: FlowCount,
  order_num: FlowCount,
  send_count: FlowCount,
  trigger_num: FlowCount,
  flow_node_data_list: z.array(Node, 'must be a list').optional(),
  delete_flow_node_data_list: z.array(Node, 'must be a list').optional(),
});

export const FlowBody = z.strictObject({
  app_key: Text,
  source_type: Text,
  store_id: Text,
  flow_data_list: z.array(Flow, 'must be a list').min(1, 'must not be empty').max(100, 'more than 100 items'),
});
/** As sent: numbers may be text. */
export type FlowBody = z.infer<typeof FlowBody>;

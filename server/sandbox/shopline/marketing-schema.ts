import { z } from 'zod';
import { Count, listUpTo, Millis, Text, textUpTo } from './fields.ts';

const Custom = z.strictObject({
  name: textUpTo(20),
  tool_tips: textUpTo(30).optional(),
  type: z.union([z.literal(1), z.literal(2), z.literal(3)], {
    error: 'must be 1 money, 2 percent or 3 number',
  }),
  value: Text.regex(/^-?\d+(\.\d+)?$/, 'must be a number as text'),
});
const Sale = z.strictObject({ product_id: Text, count: Count });
const Region = z.strictObject({ name: textUpTo(200), count: Count });

/** Totals of one marketing event since its start. The document requires no field; here the first two are required. */
const Row = z.strictObject({
  marketing_event_id: Text,
  occurred_on: Millis,
  order_num: Count.optional(),
  order_amount: Count.optional(),
  order_product_sum: Count.optional(),
  order_visitor_amount: Count.optional(),
  purchase_num: Count.optional(),
  visitor_amount: Count.optional(),
  impression_num: Count.optional(),
  click_num: Count.optional(),
  open_sum: Count.optional(),
  has_send_num: Count.optional(),
  has_delivery_num: Count.optional(),
  bounced_num: Count.optional(),
  unsubscribed_num: Count.optional(),
  reported_as_spam_num: Count.optional(),
  add_cart_sum: Count.optional(),
  check_out_sum: Count.optional(),
  new_buyer_sum: Count.optional(),
  old_buyer_sum: Count.optional(),
  benefit_amount: Count.optional(),
  spend_cost: Count.optional(),
  get_unit_cost: Count.optional(),
  product_sale_list: z.array(Sale, 'must be a list').optional(),
  regional_visit_list: listUpTo(Region, 5).optional(),
  custom_activity_engagement_list: listUpTo(Custom, 5).optional(),
  custom_sale_data_list: listUpTo(Custom, 5).optional(),
});
export type MarketingRow = z.infer<typeof Row>;

export const MarketingBody = z.strictObject({
  marketing_activity_datas: z.array(Row, 'must be a list').min(1, 'must not be empty'),
});
export type MarketingBody = z.infer<typeof MarketingBody>;

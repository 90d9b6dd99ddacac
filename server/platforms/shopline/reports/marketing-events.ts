import { z } from 'zod';
import type { MarketingTotals, MessageTotals } from '../../../analytics/totals.ts';
import { divide, fromHundredths } from '../../../lib/decimal.ts';
import { Count, cut, Id, OccurredOn, occurredOn, text } from './fields.ts';
import { fraction, ratio } from './rates.ts';

const MAX_PRODUCTS = 100;
const MAX_REGIONS = 5;
const MAX_FIGURES = 5;
const REGION_LENGTH = 200;
const NAME_LENGTH = 20;
const TIP_LENGTH = 30;

const MONEY = 1;
const PERCENT = 2;
const NUMBER = 3;

const Figure = z.strictObject({
  name: text(NAME_LENGTH).min(1),
  tool_tips: text(TIP_LENGTH),
  type: z.literal([MONEY, PERCENT, NUMBER]),
  value: z.string().min(1),
});
type Figure = z.infer<typeof Figure>;

/**
 * One row of `sales/marketing_events/sync_data.json`: totals since the beginning, every field, zeros too.
 *
 * @see https://developer.shopline.com/docs/admin-rest-api/marketing/marketing-events/mass-sync-marketing-event-statistics (July 2026)
 */
export const MarketingRow = z.strictObject({
  marketing_event_id: Id,
  occurred_on: OccurredOn,
  order_num: Count,
  order_amount: Count,
  order_product_sum: Count,
  order_visitor_amount: Count,
  purchase_num: Count,
  visitor_amount: Count,
  impression_num: Count,
  click_num: Count,
  open_sum: Count,
  has_send_num: Count,
  has_delivery_num: Count,
  bounced_num: Count,
  unsubscribed_num: Count,
  reported_as_spam_num: Count,
  add_cart_sum: Count,
  check_out_sum: Count,
  new_buyer_sum: Count,
  old_buyer_sum: Count,
  benefit_amount: Count,
  spend_cost: Count,
  get_unit_cost: Count,
  product_sale_list: z.array(z.strictObject({ product_id: Id, count: Count })).max(MAX_PRODUCTS),
  regional_visit_list: z
    .array(z.strictObject({ name: text(REGION_LENGTH).min(1), count: Count }))
    .max(MAX_REGIONS),
  custom_activity_engagement_list: z.array(Figure).max(MAX_FIGURES),
  custom_sale_data_list: z.array(Figure).max(MAX_FIGURES),
});
export type MarketingRow = z.infer<typeof MarketingRow>;

/** The totals of a marketing event in SHOPLINE's fields; the README of analytics defines each one. */
export function toMarketingRow(totals: MarketingTotals, nowMs: number): MarketingRow {
  const { messages } = totals;
  return {
    marketing_event_id: totals.marketingEventId,
    occurred_on: occurredOn(totals.newestAtMs, nowMs),
    order_num: totals.orders,
    order_amount: totals.amountHundredths,
    order_product_sum: totals.units,
    order_visitor_amount: totals.buyers,
    purchase_num: totals.paidOrders,
    visitor_amount: totals.visitors,
    impression_num: totals.impressions,
    click_num: clicks(totals),
    open_sum: messages.opened,
    has_send_num: messages.sent,
    has_delivery_num: messages.delivered,
    bounced_num: messages.bounced,
    unsubscribed_num: messages.unsubscribed,
    reported_as_spam_num: messages.spammed,
    add_cart_sum: totals.carts,
    check_out_sum: totals.checkouts,
    new_buyer_sum: totals.newBuyers,
    old_buyer_sum: Math.max(0, totals.buyers - totals.newBuyers),
    benefit_amount: totals.discountHundredths,
    spend_cost: totals.spendHundredths,
    get_unit_cost: divide(totals.spendHundredths, totals.orders),
    product_sale_list: totals.products
      .slice(0, MAX_PRODUCTS)
      .map(({ productId, units }) => ({ product_id: productId, count: units })),
    regional_visit_list: totals.regions
      .slice(0, MAX_REGIONS)
      .map(({ country, landings }) => ({ name: cut(country, REGION_LENGTH), count: landings })),
    custom_activity_engagement_list: engagement(totals),
    custom_sale_data_list: sales(totals),
  };
}

/** Clicks billed by the ad platform, else those reported by Customer.io, else landings on the shop. */
function clicks({ reportedClicks, messages, landings }: MarketingTotals): number {
  if (reportedClicks > 0) return reportedClicks;
  return hasMessages(messages) ? messages.clicked : landings;
}
const hasMessages = (messages: MessageTotals) => Object.values(messages).some((count) => count > 0);

function engagement({ messages, carts, visitors }: MarketingTotals): Figure[] {
  const { delivered, opened, clicked, machineOpened, machineClicked } = messages;
  return [
    figure('Open rate', 'Opened by people ÷ delivered', PERCENT, fraction(opened, delivered)),
    figure('Click rate', 'Clicked by people ÷ delivered', PERCENT, fraction(clicked, delivered)),
    figure('Machine opens', 'Opened by mail programs alone', NUMBER, String(machineOpened)),
    figure('Machine clicks', 'Clicked by link scanners', NUMBER, String(machineClicked)),
    figure('Cart rate', 'Added to carts ÷ visitors', PERCENT, fraction(carts, visitors)),
  ];
}

function sales(totals: MarketingTotals): Figure[] {
  const { orders, foreignOrders, visitors, amountHundredths, refundedHundredths, spendHundredths } = totals;
  // Amounts of orders in another currency are left out, so those orders must not thin the average.
  const average = divide(amountHundredths, orders - foreignOrders);
  return [
    figure('Conversion rate', 'Orders ÷ visitors', PERCENT, fraction(orders, visitors)),
    figure('Average order', 'Sales ÷ orders', MONEY, fromHundredths(average)),
    figure('Refunded', 'Paid back to buyers', MONEY, fromHundredths(refundedHundredths)),
    figure('Foreign orders', 'Other currency, not in sales', NUMBER, String(foreignOrders)),
    figure('Return on spend', 'Sales ÷ spend', NUMBER, ratio(amountHundredths, spendHundredths)),
  ];
}

const figure = (name: string, tip: string, type: Figure['type'], value: string): Figure => ({
  name: cut(name, NAME_LENGTH),
  tool_tips: cut(tip, TIP_LENGTH),
  type,
  value,
});

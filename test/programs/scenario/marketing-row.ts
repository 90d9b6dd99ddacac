import { type Counted, distinct, messageCounts, netOf, ranked, shareOf, sum } from './counting.ts';

/** A row of `marketing_activity_datas` as it is sent. */
export interface MarketingRow {
  [field: string]: unknown;
  marketing_event_id: string;
  custom_activity_engagement_list: Custom[];
  custom_sale_data_list: Custom[];
}
/** `values`: every value that the definitions allow. */
export interface Custom {
  name: string;
  type: 1 | 2 | 3;
  values: number[];
}

export function marketingRow(id: string, counted: Counted): MarketingRow {
  const landings = counted.landings.filter((landing) => landing.marketing === id);
  const messages = counted.messages.filter((message) => message.marketing === id);
  const ours = counted.orders.filter((order) => order.credit.marketing === id);
  const did = counted.actions.filter((action) => action.credit.marketing === id);
  const costs = counted.costs.filter(({ marketingEventId }) => marketingEventId === id);
  const buyers = distinct(ours.map(({ buyer }) => buyer));
  const newBuyers = buyers.filter((buyer) => counted.firstOrders.get(buyer)?.credit.marketing === id);
  const visitors = distinct(landings.map(({ visitor }) => visitor)).length;
  const count = messageCounts(messages);
  const carts = new Set(did.filter(({ kind }) => kind === 'cart').map((action) => action.id)).size;
  const spend = sum(costs.map((cost) => cost.spendHundredths));
  const impressions = sum(costs.map((cost) => cost.impressions));
  const paidClicks = sum(costs.map((cost) => cost.clicks));
  const amount = sum(ours.map(netOf));
  const times = [...landings, ...messages, ...ours, ...did].map(({ atMs }) => atMs);
  const days = costs.map(({ day }) => Date.parse(`${day}T00:00:00Z`));
  const units = sum(ours.flatMap(({ items }) => items.map((item) => item.units)));
  const foreign = ours.filter(({ isForeign }) => isForeign).length;
  return {
    marketing_event_id: id,
    occurred_on: Math.max(...(times.length > 0 ? times : days)),
    order_num: ours.length,
    order_amount: amount,
    order_product_sum: units,
    order_visitor_amount: buyers.length,
    purchase_num: ours.filter(({ isPaid }) => isPaid).length,
    visitor_amount: visitors,
    impression_num: impressions,
    click_num: paidClicks > 0 ? paidClicks : messages.length > 0 ? count('clicked') : landings.length,
    open_sum: count('opened'),
    has_send_num: count('sent'),
    has_delivery_num: count('delivered'),
    bounced_num: count('bounced'),
    unsubscribed_num: count('unsubscribed'),
    reported_as_spam_num: count('spammed'),
    add_cart_sum: carts,
    check_out_sum: new Set(did.filter(({ kind }) => kind === 'checkout').map((action) => action.id)).size,
    new_buyer_sum: newBuyers.length,
    old_buyer_sum: buyers.length - newBuyers.length,
    benefit_amount: sum(ours.map((order) => order.discountHundredths)),
    spend_cost: spend,
    get_unit_cost: ours.length > 0 ? Math.round(spend / ours.length) : 0,
    product_sale_list: ranked(ours.flatMap(({ items }) => items.map((item) => [item.productId, item.units])))
      .slice(0, 100)
      .map(([product_id, sold]) => ({ product_id, count: sold })),
    regional_visit_list: ranked(landings.flatMap(({ country }) => (country ? [[country, 1]] : [])))
      .slice(0, 5)
      .map(([name, visits]) => ({ name, count: visits })),
    custom_activity_engagement_list: [
      fraction('Open rate', count('opened'), count('delivered')),
      fraction('Click rate', count('clicked'), count('delivered')),
      { name: 'Machine opens', type: 3, values: [count('machine-opened')] },
      { name: 'Machine clicks', type: 3, values: [count('machine-clicked')] },
      fraction('Cart rate', carts, visitors),
    ],
    custom_sale_data_list: [
      fraction('Conversion rate', ours.length, visitors),
      {
        name: 'Average order',
        type: 1,
        values: [ours.length, ours.length - foreign].map((orders) =>
          orders > 0 ? amount / orders / 100 : 0,
        ),
      },
      {
        name: 'Refunded',
        type: 1,
        values: [
          sum(ours.map(({ refundedHundredths }) => refundedHundredths)) / 100,
          sum(ours.map((order) => order.amountHundredths - netOf(order))) / 100,
        ],
      },
      { name: 'Foreign orders', type: 3, values: [foreign] },
      { name: 'Return on spend', type: 3, values: [spend > 0 ? amount / spend : 0] },
    ],
  };
}

const fraction = (name: string, part: number, whole: number): Custom => ({
  name,
  type: 2,
  values: [shareOf(part, whole)],
});

import type { CustomerIoEvent, Payload, Settings, ShoplineEvent } from './event.ts';
import type { OrderReport, Reading } from './reading.ts';
import { hundredths, itemsOf, namesOf, people, text, tokensOf } from './values.ts';

const STAGES: Record<string, OrderReport['stage']> = {
  'orders/create': 'placed',
  'orders/paid': 'paid',
  'orders/cancelled': 'cancelled',
  'refunds/create': 'refunded',
};

export function readWebhook(reading: Reading, { topic, payload, webhookId }: ShoplineEvent): void {
  const isCart = topic === 'carts/create';
  const who = people({
    u: payload.user_id,
    e: payload.user_id ? (payload.customer as Payload | undefined)?.email : payload.email,
    t: isCart ? payload.token : payload.cart_token,
    k: topic === 'checkouts/create' ? payload.token : payload.checkout_token,
  });
  reading.together.push(who);
  const atMs = Date.parse(String(payload.updated_at ?? payload.created_at));
  if (topic === 'checkouts/create')
    reading.actions.push({ id: String(payload.token), kind: 'checkout', people: who, atMs });
  const stage = STAGES[topic];
  if (!stage) return;
  const isRefund = stage === 'refunded';
  const isPaid = ['paid', 'partially_refunded', 'refunded', undefined].includes(
    text(payload.financial_status),
  );
  if (text(payload.user_id) && (stage === 'paid' || isPaid)) reading.proven.push(withoutEmail(who));
  const seq = URL.parse(String(payload.order_status_url))?.searchParams.get('mainOrderSeq');
  const transactions = (payload.transactions ?? []) as { amount: string }[];
  reading.reports.push({
    id: webhookId,
    stage,
    isWebhook: true,
    names: isRefund ? [String(payload.order_id)] : namesOf(payload, [payload.id, payload.name, seq]),
    tokens: tokensOf(payload),
    people: who,
    atMs,
    amountHundredths: isRefund
      ? transactions.reduce((sum, { amount }) => sum + (hundredths(amount) ?? 0), 0)
      : hundredths(payload.current_total_price),
    discountHundredths: hundredths(payload.total_discounts) ?? 0,
    currency: text(payload.currency),
    status: text(payload.financial_status),
    items: itemsOf(payload.line_items),
  });
}

/** The email typed into an order may be somebody else's. */
const withoutEmail = (ids: ReadonlySet<string>) => new Set([...ids].filter((id) => !id.startsWith('e:')));

const UNPREFIXED = ['campaign_id', 'newsletter_id'] as const;

export function readMail(reading: Reading, { payload }: CustomerIoEvent, { rules, flows }: Settings): void {
  const { data, metric, timestamp, event_id } = payload;
  const atMs = timestamp * 1000;
  const who = people({ u: data.identifiers.id, e: data.identifiers.email, c: data.identifiers.cio_id });
  reading.together.push(who);
  reading.proven.push(who);
  const isAbout = (expectedValue: Payload) => {
    const named = UNPREFIXED.filter((name) => expectedValue[name] !== undefined);
    return named.length > 0 && named.every((name) => String(data[name]) === expectedValue[name]);
  };
  const flow = flows.find(isAbout);
  const node = flow?.nodes.find(({ action_id }) => action_id === String(data.action_id));
  const marketing = rules.find(isAbout)?.marketing_event_id;
  const targets = {
    ...(marketing && { marketing }),
    ...(flow && { flow: flow.flow_id }),
    ...(node && { node: node.node_id }),
  };
  const isMachine = data.proxied === true || data.prefetched === true || data.machine === true;
  reading.messages.push({
    id: data.delivery_id,
    metric: isMachine ? `machine-${metric}` : metric,
    atMs,
    journey: data.journey_id,
    ...targets,
  });
  if (metric === 'clicked' && !isMachine && (flow || marketing))
    reading.touches.push({ id: event_id, isClick: true, people: who, atMs, ...targets });
}

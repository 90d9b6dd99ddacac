// @module-tag slow
import { describe, expect, test } from 'vitest';
import type { ScenarioEvent, SegmentMessage } from './event.ts';
import { AD, createDevice, FLOWS, ROBOT, SETTINGS, SPRING, STRAY, type Visitor, WEEKLY } from './fixtures.ts';
import { linkingCases } from './linking-cases.ts';
import { flowMessage, messageReport, newsletterMessage } from './mail.ts';
import { pageOf, sentBy } from './pages.ts';
import { createChance } from './random.ts';
import { reference } from './reference.ts';
import { createScenario, SEED } from './scenario.ts';
import { type ShopOrder, shopServer } from './webhooks.ts';

const NOW_MS = Date.parse('2026-03-21T12:00:00Z');
const scenario = createScenario(SEED, NOW_MS);
const expected = reference(scenario.events, SETTINGS);
const FLOW = FLOWS[0]?.flow_id ?? '';

describe('the scenario', () => {
  test('is determined by seed and time', () => {
    expect(createScenario(SEED, NOW_MS)).toEqual(scenario);
    expect(createScenario(SEED + 1, NOW_MS)).not.toEqual(scenario);
  });

  test('keeps its totals when moved in time', () => {
    const moved = reference(createScenario(SEED, NOW_MS + 86_400_000).events, SETTINGS);
    expect(moved.marketing[AD]?.order_amount).toBe(expected.marketing[AD]?.order_amount);
    expect(moved.flows[FLOW]?.occurred_on).toBe((expected.flows[FLOW]?.occurred_on ?? 0) + 86_400_000);
  });

  test('has 500 visits and at least one of everything that is counted', () => {
    const count = (kind: ScenarioEvent['kind']) =>
      scenario.events.filter((event) => event.kind === kind).length;
    expect(count('browser')).toBeGreaterThan(500);
    expect(count('shopline')).toBeGreaterThan(80);
    expect(count('customerio')).toBeGreaterThan(200);
    const rows = Object.values(expected.marketing);
    const fields = Object.keys(rows[0] ?? {}).filter((field) => field.includes('_'));
    const never = fields.filter((field) => !rows.some((row) => row[field] !== 0));
    expect(never).toEqual([]);
    const customs = rows.flatMap((row) => [
      ...row.custom_activity_engagement_list,
      ...row.custom_sale_data_list,
    ]);
    const nonZero = customs.filter(({ values }) => values.some((value) => value > 0)).map(({ name }) => name);
    expect(new Set(nonZero)).toEqual(new Set(customs.map(({ name }) => name)));
    for (const flow of Object.values(expected.flows).slice(0, 2)) {
      expect(flow.order_num).toBeGreaterThan(0);
      for (const node of flow.flow_node_data_list) expect(node.order_num).toBeGreaterThan(0);
    }
  });

  test('yields the same totals in any order and with duplicates', () => {
    for (const seed of [1, 2]) {
      const shuffled = createChance(seed).shuffled([...scenario.events, ...scenario.events]);
      expect(reference(shuffled, SETTINGS)).toEqual(expected);
    }
  });

  test('one more order changes only its own marketing event', () => {
    const after = reference([...scenario.events, ...scenario.oneMore], SETTINGS);
    const { [AD]: was, ...others } = expected.marketing;
    const { [AD]: is, ...othersAfter } = after.marketing;
    expect(othersAfter).toEqual(others);
    expect(after.flows).toEqual(expected.flows);
    expect(is?.order_num).toBe(Number(was?.order_num) + 1);
  });
});

/** Small scenarios, written and counted by hand. */
const chance = createChance(7);
const server = shopServer(chance);
const T = Date.parse('2026-03-10T08:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;
const visitor = (anonymousId: string, userId?: string): Visitor => ({
  role: 'user',
  device: createDevice(chance, { anonymousId, country: 'TW', cartToken: `cart-${anonymousId}` }),
  person: {
    ...(userId && { userId }),
    email: `${userId ?? anonymousId}@mail.example`,
    cioId: `cio-${anonymousId}`,
  },
});
const says = (who: Visitor, ...messages: SegmentMessage[]) => sentBy(who, messages);
const page = (who: Visitor) => pageOf(who, who.person?.userId !== undefined, chance.uuid);
const order = (id: string, atMs: number, more: Partial<ShopOrder> = {}): ShopOrder => ({
  id,
  number: `N-${id}`,
  seq: `S-${id}`,
  checkoutToken: `checkout-${id}`,
  cartToken: `cart-of-${id}`,
  atMs,
  currency: 'TWD',
  amountHundredths: 100_000,
  discountHundredths: 0,
  lines: [{ productId: 'P1', units: 2, priceHundredths: 50_000 }],
  financialStatus: 'paid',
  ...more,
});
const customs = (list: { name: string; values: number[] }[] | undefined) =>
  Object.fromEntries((list ?? []).map(({ name, values }) => [name, values]));

describe('counted by hand', () => {
  test.each(linkingCases({ chance, server }, T))('people: $name', ({ events, marketing, flow }) => {
    const sent = events.map(([, event]) => event);
    const { marketing: rows, flows } = reference(sent, SETTINGS);
    const withOrders = Object.keys(rows).filter((id) => rows[id]?.order_num === 1);
    expect(withOrders).toEqual(marketing === undefined ? [] : [marketing]);
    expect(flows[FLOW]?.order_num).toBe(flow === undefined ? 0 : 1);
  });

  test('one buyer: page and server report the same order, half of it is refunded', () => {
    const ann = visitor('ann');
    const bob = visitor('bob');
    const events: ScenarioEvent[] = [
      says(ann, page(ann).landed(T, `utm_id=${AD}&utm_campaign=spring`)),
      says(bob, page(bob).landed(T + 1, `utm_id=${AD}`)),
      says(
        ann,
        page(ann).tracked(T + MINUTE, 'Product Added', { product_id: 'P1' }),
        page(ann).tracked(T + 2 * MINUTE, 'Checkout Started', { checkout_token: 'checkout-1' }),
        page(ann).tracked(T + 3 * MINUTE, 'Order Completed', {
          order_id: 'S-1',
          total: 1,
          currency: 'USD',
          products: [{ product_id: 'P9', quantity: 9 }],
        }),
      ),
      server.refunded(order('1', 0), T + DAY, 50_000),
      server.placed(order('1', T + 4 * MINUTE, { discountHundredths: 1_500, financialStatus: 'unpaid' })),
      {
        kind: 'costs',
        csv: `marketing_event_id,day,spend,impressions,clicks\n${AD},2026-03-10,250,1000,0\n`,
      },
    ];
    const { marketing, flows } = reference(events, SETTINGS);
    expect(Object.keys(marketing)).toEqual([AD]);
    expect(marketing[AD]).toMatchObject({
      marketing_event_id: AD,
      occurred_on: T + 3 * MINUTE,
      order_num: 1,
      order_amount: 50_000,
      order_product_sum: 2,
      order_visitor_amount: 1,
      purchase_num: 0,
      visitor_amount: 2,
      impression_num: 1000,
      click_num: 2,
      open_sum: 0,
      add_cart_sum: 1,
      check_out_sum: 1,
      new_buyer_sum: 1,
      old_buyer_sum: 0,
      benefit_amount: 1_500,
      spend_cost: 25_000,
      get_unit_cost: 25_000,
      product_sale_list: [{ product_id: 'P1', count: 2 }],
      regional_visit_list: [{ name: 'tw', count: 2 }],
    });
    expect(customs(marketing[AD]?.custom_sale_data_list)).toEqual({
      'Conversion rate': [0.5],
      'Average order': [500, 500],
      Refunded: [500, 500],
      'Foreign orders': [0],
      'Return on spend': [2],
    });
    expect(customs(marketing[AD]?.custom_activity_engagement_list)).toMatchObject({ 'Cart rate': [0.5] });
    expect(Object.values(flows).map((flow) => [flow.occurred_on, flow.order_num, flow.trigger_num])).toEqual([
      [undefined, 0, 0],
      [undefined, 0, 0],
      [undefined, 0, 0],
    ]);
  });

  test('email: a click in a flow, its landing, and the reports of every message', () => {
    const cat = visitor('cat', 'customer-cat');
    const { person } = cat;
    if (!person) throw new Error('the reader has a name');
    const welcome = { person, deliveryId: 'd1', about: flowMessage(12, 7, 'j1') };
    const unlisted = { person, deliveryId: 'd2', about: flowMessage(12, 70, 'j2') };
    const weekly = { person, deliveryId: 'd3', about: newsletterMessage() };
    const mail = (delivery: typeof welcome | typeof weekly, metric: string, atMs: number, more = {}) =>
      messageReport({ chance }, delivery, metric, atMs, more);
    const events: ScenarioEvent[] = [
      mail(welcome, 'sent', T),
      mail(welcome, 'delivered', T + 1000),
      mail(welcome, 'opened', T + 2000, { proxied: true }),
      mail(welcome, 'clicked', T + 3000, { machine: true }),
      mail(welcome, 'clicked', T + MINUTE),
      says(cat, page(cat).landed(T + 11 * MINUTE, `_cio_id=cio-cat&utm_id=${STRAY}`)),
      server.placed(order('2', T + 12 * MINUTE, { userId: 'customer-cat' })),
      says(cat, page(cat).landed(T + DAY, '_cio_id=cio-cat&utm_source=customer.io&utm_medium=email')),
      server.placed(order('3', T + DAY + MINUTE, { userId: 'customer-cat', amountHundredths: 7 })),
      mail(unlisted, 'failed', T + 5000),
      mail(weekly, 'delivered', T + 6000),
      mail(weekly, 'opened', T + 7000),
      mail(weekly, 'opened', T + 8000),
    ];
    const { marketing, flows } = reference(events, SETTINGS);
    expect(flows[FLOW]).toEqual({
      flow_id: FLOW,
      occurred_on: T + 12 * MINUTE,
      order_num: 1,
      order_amount: 100_000,
      send_count: 1,
      trigger_num: 2,
      flow_node_data_list: [
        {
          node_id: '5a206848-5e7e-4e50-93de-01bb4d9c7ac5',
          occurred_on: T + 12 * MINUTE,
          order_num: 1,
          order_amount: 100_000,
          buyer_num: 1,
          has_send_num: 1,
          has_delivery_num: 1,
          open_rate: '0',
          click_rate: '100',
          unsubscribe_rate: '0',
          bounce_rate: '0',
          fail_rate: '0',
        },
        expect.objectContaining({
          occurred_on: undefined,
          parent_node_id: '5a206848-5e7e-4e50-93de-01bb4d9c7ac5',
        }),
      ],
    });
    expect(marketing[STRAY]).toMatchObject({
      order_num: 1,
      click_num: 1,
      new_buyer_sum: 1,
      old_buyer_sum: 0,
    });
    expect(marketing[WEEKLY]).toMatchObject({
      order_num: 1,
      order_amount: 7,
      click_num: 0,
      visitor_amount: 1,
      open_sum: 1,
      has_send_num: 0,
      has_delivery_num: 1,
      new_buyer_sum: 0,
      old_buyer_sum: 1,
    });
    expect(customs(marketing[WEEKLY]?.custom_activity_engagement_list)).toEqual({
      'Open rate': [1],
      'Click rate': [0],
      'Machine opens': [0],
      'Machine clicks': [0],
      'Cart rate': [0],
    });
  });

  test('edges: the window to the millisecond, the last of two, cancelled, foreign, and links of one step only', () => {
    const [eve, fay, gus] = [visitor('eve'), visitor('fay'), visitor('gus', 'customer-gus')];
    const landing = (who: Visitor, messageId: string, query: string, atMs: number) =>
      says(who, { ...page(who).landed(atMs, query), messageId });
    const bought = (who: Visitor, atMs: number, properties: Record<string, unknown>) =>
      says(who, page(who).tracked(atMs, 'Order Completed', properties));
    const atHome: Visitor = { ...gus, person: { userId: 'customer-hal', email: 'hal@mail.example' } };
    const events: ScenarioEvent[] = [
      landing(eve, 'b', 'utm_campaign=SPRING', T),
      landing(eve, 'a', `utm_id=${AD}`, T),
      bought(eve, T, { order_id: 'at once', total: 10 }),
      bought(eve, T + 7 * DAY, { order_id: 'just in time', total: 20, currency: 'JPY' }),
      bought(eve, T + 7 * DAY + 1, { order_id: 'too late', total: 40 }),
      landing(fay, 'c', `utm_id=${AD}`, T + 5),
      bought(fay, T + 4, { order_id: 'before', total: 80 }),
      bought(fay, T + 6, { order_id: 'S-4', total: 160 }),
      server.cancelled(order('4', T + 1000), T + 2000),
      landing(gus, 'd', `utm_id=${AD}`, T + MINUTE),
      says(atHome, page(atHome).signedIn(T + 2 * MINUTE)),
      server.placed(order('5', T + 3 * MINUTE, { userId: 'customer-hal', amountHundredths: 320 })),
      server.placed(order('6', T + 4 * MINUTE, { email: 'hal@mail.example', amountHundredths: 640 })),
      server.refunded(order('6', 0), T, 641),
    ];
    const { marketing } = reference(events, SETTINGS);
    expect(marketing[SPRING]).toMatchObject({
      order_num: 2,
      order_amount: 1_000,
      purchase_num: 2,
      order_visitor_amount: 1,
      new_buyer_sum: 1,
      click_num: 1,
    });
    expect(customs(marketing[SPRING]?.custom_sale_data_list)).toMatchObject({
      'Average order': [5, 10],
      'Foreign orders': [1],
    });
    // Hal's orders are credited to Gus' landing in the browser both use, and to nothing further away.
    expect(marketing[AD]).toMatchObject({ order_num: 2, order_amount: 320, visitor_amount: 3 });
    expect(customs(marketing[AD]?.custom_sale_data_list)).toMatchObject({ Refunded: [6.41, 6.4] });
  });

  test('people: by cart, by checkout, by browser; a buyer with two orders counts once', () => {
    const [ida, jan, kim] = [visitor('ida'), visitor('jan'), visitor('kim', 'customer-kim')];
    const lee: Visitor = { ...kim, person: { userId: 'customer-lee', email: 'lee@mail.example' } };
    const { person } = kim;
    if (!person) throw new Error('the reader has a name');
    const welcome = { person, deliveryId: 'd9', about: flowMessage(12, 7, 'j9') };
    const properties = (order_id: string, total: number) => ({ order_id, total });
    const events: ScenarioEvent[] = [
      says(
        ida,
        page(ida).landed(T, `utm_id=${AD}`),
        page(ida).tracked(T + 1, 'Product Added', { cart_token: 'cart-ida' }),
        page(ida).tracked(T + MINUTE, 'Order Completed', properties('S-7', 1)),
      ),
      server.placed(order('7', T + MINUTE, { email: 'ida@mail.example', amountHundredths: 10 })),
      server.placed(
        order('8', T + DAY, { cartToken: 'cart-ida', email: 'IDA@mail.example', amountHundredths: 20 }),
      ),
      says(
        jan,
        page(jan).landed(T, `utm_id=${AD}`),
        page(jan).tracked(T + 1, 'Checkout Started', { checkout_token: 'checkout-9' }),
      ),
      server.checkout('checkout-9', 'cart-jan', T + 1000),
      server.placed(order('9', T + DAY, { email: 'jan@mail.example', amountHundredths: 40 })),
      says(kim, page(kim).signedIn(T)),
      says(lee, page(lee).signedIn(T + 1000)),
      messageReport({ chance }, welcome, 'clicked', T + MINUTE),
      says(lee, page(lee).tracked(T + 2 * MINUTE, 'Order Completed', properties('of Lee', 80))),
      says(
        kim,
        pageOf(kim, false, chance.uuid).tracked(
          T + 3 * MINUTE,
          'Order Completed',
          properties('unknown', 160),
        ),
      ),
    ];
    const { marketing, flows } = reference(events, SETTINGS);
    expect(marketing[AD]).toMatchObject({
      order_num: 3,
      order_amount: 70,
      order_visitor_amount: 2,
      new_buyer_sum: 2,
      old_buyer_sum: 0,
      check_out_sum: 1,
    });
    // Lee's order is not credited to Kim's click; the anonymous order in the same browser is.
    expect(flows[FLOW]).toMatchObject({ order_num: 1, order_amount: 16_000 });
  });

  test('links: robots and visitors without consent have no landings; the URL takes precedence over `context.campaign`', () => {
    const robot = createDevice(chance, { userAgent: ROBOT });
    const shy = createDevice(chance, { consent: { analytics: false } });
    const max = visitor('max');
    const landed = (device: Visitor['device'], query: string | null, campaign?: Record<string, string>) => {
      const who: Visitor = { role: 'anonymous', device };
      return says(who, page(who).landed(T, query, campaign));
    };
    const events: ScenarioEvent[] = [
      landed(robot, 'utm_campaign=spring'),
      landed(shy, 'utm_campaign=spring'),
      landed(max.device, 'utm_campaign=autumn', { name: 'spring' }),
      landed(max.device, 'page=2', { name: 'spring' }),
      landed(max.device, null, { name: 'spring' }),
      says(max, page(max).tracked(T + MINUTE, 'Product Viewed', {})),
      server.placed(order('10', T + MINUTE, { cartToken: 'cart-max', email: 'max@mail.example' })),
      says(
        max,
        page(max).tracked(T + MINUTE, 'Order Completed', { order_id: 'N-10', cart_token: 'cart-max' }),
      ),
      says(max, page(max).tracked(T + DAY, 'Order Completed', { order_id: 'again', total: 3 })),
      messageReport(
        { chance },
        {
          person: { email: 'max@mail.example', cioId: 'cio-max' },
          deliveryId: 'd10',
          about: flowMessage(12, 7, 'j10'),
        },
        'clicked',
        T + 1000,
        { machine: true },
      ),
      {
        kind: 'costs',
        csv: `marketing_event_id,day,spend,impressions,clicks\n${SPRING},2026-03-10,1,5,4\n${SPRING},2026-03-11,2,6,3\n`,
      },
    ];
    const { marketing, flows } = reference(events, SETTINGS);
    expect(Object.keys(marketing)).toEqual([SPRING]);
    expect(marketing[SPRING]).toMatchObject({
      order_num: 2,
      order_amount: 100_300,
      visitor_amount: 1,
      impression_num: 11,
      click_num: 7,
      spend_cost: 300,
      get_unit_cost: 150,
      regional_visit_list: [{ name: 'tw', count: 1 }],
    });
    expect(customs(marketing[SPRING]?.custom_sale_data_list)).toMatchObject({ 'Conversion rate': [1] });
    expect(flows[FLOW]).toMatchObject({ order_num: 0, trigger_num: 1 });
  });
});

import type { Payload } from './event.ts';
import type { Visitor } from './fixtures.ts';
import { type Page, sentBy } from './pages.ts';
import type { ScenarioBuilder } from './scenario.ts';
import type { Line, ShopOrder } from './webhooks.ts';

/** A placed order, as its page knows it. */
export interface Purchase {
  visitor: Visitor;
  page: Page;
  isSignedIn: boolean;
  atMs: number;
  checkoutToken: string;
}

/** SHOPLINE's product ids have 26 digits. */
const PRODUCTS = Array.from({ length: 24 }, (_, index) => `160629380707721675486421${index + 10}`);
const OPEN_STATES = ['unpaid', 'authorized', 'pending', 'partially_paid'];
const HOUR_MS = 3_600_000;

export function linesOf({ chance }: Pick<ScenarioBuilder, 'chance'>): Line[] {
  return chance
    .shuffled(PRODUCTS)
    .slice(0, chance.whole(1, 3))
    .map((productId) => ({
      productId,
      units: chance.whole(1, 3),
      priceHundredths: chance.whole(50, 900) * 100,
    }));
}

export function shopOrder(
  builder: Pick<ScenarioBuilder, 'chance'>,
  parts: Partial<ShopOrder> & { atMs: number },
): ShopOrder {
  const { chance } = builder;
  const lines = linesOf(builder);
  const discountHundredths = chance.happens(0.3) ? chance.whole(1, 40) * 50 : 0;
  const sum = lines.reduce((total, { units, priceHundredths }) => total + units * priceHundredths, 0);
  return {
    id: `21${chance.digits(24)}`,
    number: `N${chance.digits(9)}`,
    seq: `17${chance.digits(16)}`,
    checkoutToken: chance.uuid(),
    cartToken: `cart-${chance.uuid()}`,
    currency: 'TWD',
    amountHundredths: sum - discountHundredths,
    discountHundredths,
    lines,
    financialStatus: 'paid',
    ...parts,
  };
}

/** Properties of `Order Completed` on the thank-you page, under one of the names a page may know. */
export function asSeenOnPage(order: ShopOrder, named: PageName): Payload {
  return {
    ...NAMES[named](order),
    total: order.amountHundredths / 100,
    value: order.amountHundredths / 100,
    discount: order.discountHundredths / 100,
    currency: order.currency,
    products: order.lines.map(({ productId, units, priceHundredths }) => ({
      product_id: productId,
      quantity: units,
      price: priceHundredths / 100,
    })),
  };
}
const NAMES = {
  id: ({ id }) => ({ order_id: id }),
  sequence: ({ seq }) => ({ order_id: seq }),
  'sequence apart': ({ seq }) => ({ order_seq: seq }),
  number: ({ number }) => ({ order_id: number }),
  'checkout token': ({ checkoutToken }) => ({ checkout_token: checkoutToken }),
  'checkout id': ({ checkoutToken }) => ({ checkout_id: checkoutToken }),
} satisfies Record<string, (order: ShopOrder) => Payload>;
export type PageName = keyof typeof NAMES;
const PAGE_NAMES = Object.keys(NAMES) as PageName[];

const nextSecond = (atMs: number) => Math.floor(atMs / 1000) * 1000 + 1000;

/** Adds an order: its reports by the page, the shop's server or both, and its payment, refunds and cancellation. */
export function addOrder(builder: ScenarioBuilder, purchase: Purchase): void {
  const { chance, add } = builder;
  const { visitor, isSignedIn, atMs, checkoutToken } = purchase;
  const roll = visitor.role === 'no analytics' ? 0 : chance.next();
  const email = visitor.person?.email ?? `guest.${visitor.device.anonymousId.slice(0, 8)}@mail.example`;
  const userId = isSignedIn ? visitor.person?.userId : undefined;
  const hasEmail = chance.happens(0.3);
  const order = shopOrder(builder, {
    atMs: nextSecond(atMs),
    checkoutToken,
    ...(chance.happens(0.8) && { cartToken: visitor.device.cartToken }),
    ...(userId && { userId }),
    email: chance.happens(0.2) ? ` ${email.toUpperCase()} ` : email,
    ...(chance.happens(0.15) && { presentmentCurrency: 'USD' }),
    ...(chance.happens(0.25) && { financialStatus: chance.pick(OPEN_STATES) }),
  });
  if (roll < 0.75) addPageReport(builder, purchase, order, roll < 0.35, hasEmail ? email : undefined);
  if (roll < 0.35) return;
  // The `orders/create` webhook was lost: `orders/paid` is the first report.
  const isLost = roll > 0.97;
  const placed = isLost ? builder.server.paid(order, order.atMs) : builder.server.placed(order);
  add(order.atMs, placed);
  if (chance.happens(0.1)) add(order.atMs + HOUR_MS, placed);
  if (!isLost) addAftermath(builder, order);
}

function addPageReport(
  { chance, add }: ScenarioBuilder,
  { visitor, page, atMs }: Purchase,
  order: ShopOrder,
  isAlone: boolean,
  email: string | undefined,
): void {
  const properties = asSeenOnPage(order, chance.pick(PAGE_NAMES));
  const odd = chance.next();
  // Where a webhook reports the order too, amounts of the page are ignored.
  if (odd < 0.12) properties.currency = 'USD';
  else if (odd < 0.17) Object.assign(properties, { total: -5, value: -5 });
  else if (odd < 0.22) Object.assign(properties, { total: undefined, value: undefined });
  else if (odd < 0.3 && isAlone) properties.financial_status = 'pending';
  else if (odd < 0.4 && !isAlone) Object.assign(properties, { total: 1, value: 1, products: [] });
  if (chance.happens(0.5)) properties.cart_token = visitor.device.cartToken;
  const message = page.tracked(atMs, 'Order Completed', properties);
  if (email) message.context.traits = { email };
  add(atMs, sentBy(visitor, [message]));
  if (chance.happens(0.15)) add(atMs + 1000, sentBy(visitor, [message]));
  if (chance.happens(0.15)) add(atMs + 60_000, sentBy(visitor, [{ ...message, messageId: chance.uuid() }]));
}

/** Adds payment, refunds and cancellation; some arrive before the order itself. */
function addAftermath({ chance, add, server, endMs }: ScenarioBuilder, order: ShopOrder): void {
  const later = (mostHours: number) =>
    Math.min(order.atMs + chance.whole(1, mostHours * 60) * 60_000, endMs - 1000);
  const received = (atMs: number) => (chance.happens(0.3) ? order.atMs - HOUR_MS : atMs);
  if (order.financialStatus !== 'paid' && chance.happens(0.5)) {
    const atMs = later(24);
    add(received(atMs), server.paid(order, atMs));
  }
  while (chance.happens(0.15)) {
    const atMs = later(72);
    const part = chance.pick([0.1, 0.25, 0.5, 1]);
    add(received(atMs), server.refunded(order, atMs, Math.round(order.amountHundredths * part)));
  }
  if (chance.happens(0.08)) {
    const atMs = later(48);
    add(received(atMs), server.cancelled(order, atMs));
  }
}

import { describe, expect } from 'vitest';
import { test } from '../../support/shopper.ts';
import { CART_TOKEN } from '../../support/storefronts/cart.ts';
import { LARGE, PRODUCT, SMALL } from '../../support/storefronts/catalogue.ts';
import { events, pages } from '../../support/storefronts/expected.ts';
import { openOs20 } from '../../support/storefronts/os-2-0.ts';
import {
  about,
  expectReported,
  many,
  maybe,
  type Reported,
  reportedEvents,
} from '../../support/storefronts/reported.ts';
import { CHECKOUT } from '../../support/storefronts/shopline.ts';
import { add, edit, start, visit, whenIdle } from '../../support/storefronts/visit.ts';

/** The theme's own cart does not say how many of something there were. */
const EVENTS = events({ countsRemovals: false });
const VIEWED: Reported = [PRODUCT, 'Product Viewed', about(SMALL, maybe(1))];

/** Without JSON-LD there are no lists, and of what is taken out only the request is known. */
const withoutJsonLd = EVENTS.filter(([, event]) => event !== 'Product List Viewed').map(
  ([path, event, properties]): Reported =>
    event === 'Product Removed'
      ? [path, event, expect.objectContaining({ variant_id: LARGE.sku, cart_id: CART_TOKEN })]
      : [path, event, properties],
);

describe('a whole visit is told once, in the shown currency and for the price of one', () => {
  test.for([
    {
      source: 'Analytics, cart requests and JSON-LD',
      voice: { hasBus: false, hasAnalytics: true },
      reportedEvents: EVENTS,
    },
    {
      source: 'the bus, Analytics, cart requests and JSON-LD',
      voice: { hasAnalytics: true },
      reportedEvents: EVENTS,
    },
    {
      source: 'the bus alone, until something is taken out',
      voice: { hasJsonLd: false, cartPath: '/themes/own/cart' as const },
      reportedEvents: withoutJsonLd,
    },
  ])('by $source', { timeout: 60_000 }, async ({ voice, reportedEvents }, { shop, page }) => {
    openOs20(shop, voice);
    await visit(page);
    await expectReported(shop, page, pages(), reportedEvents);
  });
});

/** On every name of the bus, everything that is not a report. */
function talkNonsense(): void {
  const bus = (window as unknown as { Shopline: { event: { emit(name: string, payload: unknown): void } } })
    .Shopline.event;
  const circle: Record<string, unknown> = {};
  circle.data = circle;
  const payloads = [
    undefined,
    null,
    0,
    'x',
    [],
    {},
    { data: null },
    { data: 'x' },
    { data: { contents: 1 } },
    { data: { price: 1n, contents: [null, 1n] } },
  ];
  for (const name of ['ViewContent', 'AddToCart', 'InitiateCheckout', 'CompleteOrder', 'Purchase'])
    for (const payload of [...payloads, circle]) bus.emit(`DataReport::${name}`, payload);
}

describe('an add', () => {
  const ADDED: Reported = [
    PRODUCT,
    'Product Added',
    { ...many(SMALL, 1), variant_id: SMALL.sku, sku: undefined, cart_id: CART_TOKEN },
  ];

  test('of the same pack two seconds after the first is another', async ({ shop, page }) => {
    openOs20(shop, { hasAnalytics: true });
    await start(page, PRODUCT);
    await add(page, 1, '#add', 2_000);
    await add(page, 1);
    await expectReported(shop, page, [PRODUCT], [VIEWED, ADDED, ADDED]);
  });

  test('is told after whatever nonsense was said before', async ({ shop, page }) => {
    openOs20(shop, { hasAnalytics: true });
    await start(page, PRODUCT);
    await page.evaluate(talkNonsense);
    await whenIdle(page);
    await add(page, 1);
    await page.goto('/elsewhere');
    await expect.poll(() => reportedEvents(shop)).toContainEqual(ADDED);
  });

  test('that the shop refuses is none', async ({ shop, page }) => {
    const cart = openOs20(shop);
    await start(page, PRODUCT);
    await add(page, 99);
    expect(cart.lines).toEqual([]);
    await expectReported(shop, page, [PRODUCT], [VIEWED]);
  });
});

describe('a checkout has begun once', () => {
  const STEP = `${CHECKOUT}?step=payment_method`;
  const [STARTED] = EVENTS.filter(([, event]) => event === 'Checkout Started');

  test('when its next step is shown without a reload', async ({ shop, page }) => {
    openOs20(shop).add(SMALL.sku, 2);
    await start(page, CHECKOUT);
    await page.evaluate((step) => history.pushState(null, '', step), STEP);
    await whenIdle(page);
    await expectReported(shop, page, [CHECKOUT, CHECKOUT], [STARTED as Reported]);
  });

  test('when its next step is another page', async ({ shop, page }) => {
    openOs20(shop).add(SMALL.sku, 2);
    await start(page, CHECKOUT);
    await page.goto(STEP);
    await whenIdle(page);
    await expectReported(shop, page, [CHECKOUT, CHECKOUT], [STARTED as Reported]);
  });
});

test('in the theme editor nothing is told', async ({ shop, page }) => {
  const cart = openOs20(shop, { designMode: true });
  await edit(page);
  expect(cart.lines).toHaveLength(1);
  expect(shop.posts).toEqual([]);
});

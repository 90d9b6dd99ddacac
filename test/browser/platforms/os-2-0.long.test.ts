import { describe, expect } from 'vitest';
import { test } from '../../support/shopper.ts';
import { CART_TOKEN } from '../../support/storefronts/cart.ts';
import { PRODUCT, SMALL, TEA, type Variant } from '../../support/storefronts/catalogue.ts';
import { visited } from '../../support/storefronts/expected.ts';
import { openOs20 } from '../../support/storefronts/os-2-0.ts';
import {
  described,
  expectReported,
  known,
  type Reported,
  reportedBy,
} from '../../support/storefronts/reported.ts';
import { CHECKOUT } from '../../support/storefronts/shopline.ts';
import { add, edit, enter, visit, whenIdle } from '../../support/storefronts/visit.ts';

/** As the bus reports it: with the category. */
const reported = (variant: Variant, quantity: number) => ({
  ...known(variant, quantity),
  category: 'Tea,Oolong',
});
const changed = (variant: Variant, quantity: number) => ({
  ...reported(variant, quantity),
  cart_id: CART_TOKEN,
});
const BY_BUS = { viewed: reported(SMALL, 1), added: changed, removed: changed };
const OPENED: Reported[] = [
  [PRODUCT, 'page', {}],
  [PRODUCT, 'Product Viewed', reported(SMALL, 1)],
];

describe('a whole visit is told once, in the shown currency and for the price of one', () => {
  test.for([
    {
      source: 'Analytics, cart requests and JSON-LD',
      voice: { hasBus: false, hasAnalytics: true },
      // Analytics is two seconds later than JSON-LD.
      platform: { viewed: described(TEA) },
    },
    {
      source: 'the bus, Analytics, cart requests and JSON-LD',
      voice: { hasAnalytics: true },
      platform: BY_BUS,
    },
    {
      source: 'the bus alone, until something is taken out',
      voice: { hasJsonLd: false, cartPath: '/themes/own/cart' as const },
      platform: { ...BY_BUS, hasLists: false },
    },
  ])('by $source', { timeout: 60_000 }, async ({ voice, platform }, { shop, page }) => {
    openOs20(shop, voice);
    await visit(page);
    await expectReported(shop, page, visited(platform));
  });
});

/** On every name of the bus, everything that is not a report. */
function talkNonsense(): void {
  const bus = (
    window as unknown as {
      Shopline: { event: { emit(name: string, payload: unknown): void } };
    }
  ).Shopline.event;
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
  const ADDED: Reported = [PRODUCT, 'Product Added', changed(SMALL, 1)];

  test('of the same pack two seconds after the first is another', async ({ shop, page }) => {
    openOs20(shop, { hasAnalytics: true });
    await enter(page, PRODUCT);
    await add(page, 1, '#add', 2_000);
    await add(page, 1);
    await expectReported(shop, page, [...OPENED, ADDED, ADDED]);
  });

  test('is told after whatever nonsense was said before', async ({ shop, page }) => {
    openOs20(shop, { hasAnalytics: true });
    await enter(page, PRODUCT);
    await page.evaluate(talkNonsense);
    await whenIdle(page);
    await add(page, 1);
    await page.goto('/elsewhere');
    await expect.poll(() => reportedBy(shop)).toContainEqual(ADDED);
  });

  test('that the shop refuses is none', async ({ shop, page }) => {
    const cart = openOs20(shop);
    await enter(page, PRODUCT);
    await add(page, 99);
    expect(cart.lines).toEqual([]);
    await expectReported(shop, page, OPENED);
  });
});

describe('a checkout has begun once', () => {
  const STEP = `${CHECKOUT}?step=payment_method`;
  const [STARTED] = visited(BY_BUS).filter(([, event]) => event === 'Checkout Started');
  const EXPECTED = [[CHECKOUT, 'page', {}], STARTED, [CHECKOUT, 'page', {}]] as Reported[];

  test('when its next step is shown without a reload', async ({ shop, page }) => {
    openOs20(shop).add(SMALL.sku, 2);
    await enter(page, CHECKOUT);
    await page.evaluate((step) => history.pushState(null, '', step), STEP);
    await whenIdle(page);
    await expectReported(shop, page, EXPECTED);
  });

  test('when its next step is another page', async ({ shop, page }) => {
    openOs20(shop).add(SMALL.sku, 2);
    await enter(page, CHECKOUT);
    await page.goto(STEP);
    await whenIdle(page);
    await expectReported(shop, page, EXPECTED);
  });
});

test('in the theme editor nothing is told', async ({ shop, page }) => {
  const cart = openOs20(shop, { designMode: true });
  await edit(page);
  expect(cart.lines).toHaveLength(1);
  expect(shop.posts).toEqual([]);
});

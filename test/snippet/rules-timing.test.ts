// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { describe, expect, test, vi } from 'vitest';
import { DEFERRED, onFreshPages, openPage, queued, queuedBy, report, until } from '../support/sources.ts';

onFreshPages();

/** Each step: milliseconds since the page began, who tells, of what. */
type Step = [ms: number, source: string, product: string];
const SCENARIOS: [scenario: string, steps: Step[], counted: string[]][] = [
  [
    'a request for the cart, and a second later the bus, which knows more',
    [
      [0, 'cart', 'tea'],
      [1_499, 'bus', 'tea'],
    ],
    ['bus: tea'],
  ],
  [
    'the bus, and a second later what a patient source saw before it',
    [
      [0, 'cart', 'tea'],
      [300, 'data-layer', 'tea'],
      [400, 'bus', 'tea'],
    ],
    ['data-layer: tea'],
  ],
  [
    'two adds, each told by bus and cart',
    [
      [0, 'bus', 'tea'],
      [200, 'cart', 'tea'],
      [1_200, 'bus', 'tea'],
      [1_400, 'cart', 'tea'],
    ],
    ['bus: tea', 'bus: tea'],
  ],
  [
    'two adds, the cart’s request first each time',
    [
      [0, 'cart', 'tea'],
      [200, 'bus', 'tea'],
      [1_200, 'cart', 'tea'],
      [1_400, 'bus', 'tea'],
    ],
    ['bus: tea', 'bus: tea'],
  ],
  [
    'two products within half a second, the bus late for both',
    [
      [0, 'data-attributes', 'tea'],
      [400, 'data-attributes', 'cup'],
      [600, 'bus', 'tea'],
      [900, 'bus', 'cup'],
    ],
    ['data-attributes: tea', 'data-attributes: cup'],
  ],
  [
    'three products at once, from one source in three reports, from another in one',
    [
      [0, 'data-layer', 'tea'],
      [0, 'data-layer', 'cup'],
      [0, 'data-layer', 'pot'],
      [100, 'bus', 'tea'],
    ],
    ['data-layer: tea', 'data-layer: cup', 'data-layer: pot'],
  ],
  [
    'a theme that says everything twice, and is not the first to',
    [
      [0, 'data-attributes', 'tea'],
      [200, 'bus', 'tea'],
      [250, 'bus', 'tea'],
    ],
    ['data-attributes: tea'],
  ],
  [
    'two calls of the shop’s own in one second, and a theme that tells of both',
    [
      [0, 'api', 'tea'],
      [100, 'api', 'tea'],
      [200, 'bus', 'tea'],
      [300, 'bus', 'tea'],
    ],
    ['api: tea', 'api: tea'],
  ],
  [
    'one source alone, in the same words again within a second: once',
    [
      [0, 'bus', 'tea'],
      [999, 'bus', 'tea'],
    ],
    ['bus: tea'],
  ],
  [
    'one source alone, in the same words again after a second: twice',
    [
      [0, 'bus', 'tea'],
      [1_000, 'bus', 'tea'],
    ],
    ['bus: tea', 'bus: tea'],
  ],
];
describe('a product is added', () => {
  test.each(SCENARIOS)('%s', (_scenario, steps, counted) => {
    for (const [ms, source, product] of steps) {
      until(ms);
      // Each source has words of its own.
      report(source, 'Product Added', { by: `${source}: ${product}` });
    }
    until(20_000);
    expect(queuedBy()).toEqual(counted);
  });

  test('and leads to another address before all have told of it: once', () => {
    report('data-attributes', 'Product Added', { by: 'click' });
    until(200);
    history.pushState(null, '', '/cart');
    until(700);
    report('bus', 'Product Added', { by: 'bus' });
    until(10_000);
    expect(queuedBy()).toEqual(['click']);
  });
});

describe('who is patient', () => {
  test.each(DEFERRED)('%s is heard after a second and a half, with the time of what it saw', (source) => {
    report(source, 'Product Added', { by: source });
    until(1_499);
    expect(queued()).toEqual([]);
    until(1_500);
    expect(queued()).toMatchObject([{ properties: { by: source }, timestamp: '2026-11-27T08:00:00.000Z' }]);
  });

  const hide = () => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    document.dispatchEvent(new Event('visibilitychange'));
  };
  test.each([
    ['the page goes away', () => window.dispatchEvent(new Event('pagehide'))],
    ['the page goes out of sight', hide],
  ])('waits no longer when %s, and goes with the beacon', (_what, leave) => {
    report('cart-form', 'Product Added', { by: 'cart-form' });
    until(300);
    leave();
    expect(queuedBy()).toEqual(['cart-form']);
    expect(navigator.sendBeacon).toHaveBeenCalledTimes(1);
    vi.restoreAllMocks();
    // A page that is come back to tells it no second time.
    report('bus', 'Product Added', { by: 'bus' });
    until(10_000);
    expect(queuedBy()).toEqual(['cart-form']);
  });

  test('waits no longer when the address changes: what was seen belongs to the page it was seen on', () => {
    report('json-ld', 'Product Viewed', { by: 'oolong' });
    until(300);
    history.pushState(null, '', '/cup');
    report('bus', 'Product Viewed', { by: 'cup' });
    until(10_000);
    expect(queued().map(({ properties, context }) => [properties.by, context.page.path])).toEqual([
      ['oolong', '/tea'],
      ['cup', '/cup'],
    ]);
  });
});

describe('for ever, in whatever tab, by whatever source', () => {
  test.each([
    ['Order Completed', 'order_id'],
    ['Checkout Started', 'checkout_id'],
  ])('%s counts once for each %s', async (event, id) => {
    for (const by of ['bus', 'addresses', 'json-ld', 'api']) {
      report(by, event, { by, [id]: 'A-1' });
      report('api', event, { by: 'another', [id]: `B-${by}` });
      vi.advanceTimersByTime(10_000);
      await openPage();
    }
    expect(queuedBy()).toEqual(['bus', 'another', 'another', 'another', 'another']);
  });
});

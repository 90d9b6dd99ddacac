// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { freshBrowser, onPage } from '../support/snippet.ts';

const load = () => onPage({}, () => import('../../client/snippet/once.ts'));
beforeEach(() => {
  freshBrowser('/tea');
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Each step: seconds since the start, who reports what about which product, and whether it counts. */
type Step = [seconds: number, source: string, event: string, product: string, counts: boolean];
const SCENARIOS: [string, Step[]][] = [
  [
    'three sources see one view: the first counts, however late the others are',
    [
      [0, 'shopline', 'Product Viewed', 'spu-1', true],
      [1, 'json-ld', 'Product Viewed', 'SKU-1', false],
      [600, 'data-attributes', 'Product Viewed', 'spu-1', false],
    ],
  ],
  [
    'one source tells of two products on one page: both count',
    [
      [0, 'shopline', 'Product Viewed', 'spu-1', true],
      [1, 'shopline', 'Product Viewed', 'spu-2', true],
      [2, 'shopline', 'Product Viewed', 'spu-1', false],
    ],
  ],
  [
    'a click and the bus tell of one cart change',
    [
      [0, 'data-attributes', 'Product Added', 'spu-1', true],
      [2.9, 'shopline', 'Product Added', 'spu-1', false],
    ],
  ],
  [
    'added again after a second or more is added twice',
    [
      [0, 'data-attributes', 'Product Added', 'spu-1', true],
      [0.2, 'shopline', 'Product Added', 'spu-1', false],
      [1.5, 'data-attributes', 'Product Added', 'spu-1', true],
      [1.7, 'shopline', 'Product Added', 'spu-1', false],
    ],
  ],
  [
    'two products added quickly, the bus late for both: two',
    [
      [0, 'data-attributes', 'Product Added', 'spu-1', true],
      [0.4, 'data-attributes', 'Product Added', 'spu-2', true],
      [0.6, 'shopline', 'Product Added', 'spu-1', false],
      [0.9, 'shopline', 'Product Added', 'spu-2', false],
    ],
  ],
  [
    'a theme says the same twice in a breath',
    [
      [0, 'shopline', 'Product Added', 'spu-1', true],
      [0.1, 'shopline', 'Product Added', 'spu-1', false],
    ],
  ],
  [
    'an event of the shop’s own may happen again',
    [
      [0, 'data-attributes', 'Size Guide Opened', '', true],
      [5, 'data-attributes', 'Size Guide Opened', '', true],
    ],
  ],
];
test.each(SCENARIOS)('%s', async (_scenario, steps) => {
  const { isFirst } = await load();
  for (const [seconds, source, event, product_id, counts] of steps) {
    vi.setSystemTime(seconds * 1000);
    expect([seconds, isFirst(source, event, { product_id })]).toEqual([seconds, counts]);
  }
});

test('another address is another page, and so is the first one again', async () => {
  const { isFirst, onUrlChange } = await load();
  const view = () => {
    onUrlChange();
    return isFirst('json-ld', 'Product Viewed', { product_id: 'spu-1' });
  };
  expect([view(), view()]).toEqual([true, false]);
  history.pushState(null, '', '/tea#reviews');
  expect(view()).toBe(false);
  history.pushState(null, '', '/about');
  onUrlChange();
  history.pushState(null, '', '/tea');
  expect(view()).toBe(true);
});

test('an order is new once, in whatever visit; the last fifty are known', async () => {
  const before = await load();
  expect([before.isNew('1'), before.isNew('1')]).toEqual([true, false]);
  const next = await load();
  expect(next.isNew('1')).toBe(false);
  for (let order = 2; order <= 50; order++) next.isNew(String(order));
  expect(next.isNew('1')).toBe(false);
  next.isNew('51');
  expect(next.isNew('1')).toBe(true);
});

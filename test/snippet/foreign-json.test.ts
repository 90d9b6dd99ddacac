// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseMessage } from '../../shared/message.ts';
import { emptyBrowser, forgetPageAfterEachTest, openBuiltPage } from '../support/built-page.ts';
import { waiting } from '../support/snippet.ts';

const PROTOTYPES = { Array, Date, String, Number, Boolean, Object };
type Name = keyof typeof PROTOTYPES;
const CLASSES = Object.keys(PROTOTYPES) as Name[];
const { stringify } = JSON;

beforeEach(emptyBrowser);
forgetPageAfterEachTest();
const native = Date.prototype.toJSON;
const straighten = () => {
  for (const { prototype } of Object.values(PROTOTYPES)) Reflect.deleteProperty(prototype, 'toJSON');
  Object.defineProperty(Date.prototype, 'toJSON', { value: native, configurable: true, writable: true });
};
afterEach(straighten);

/** As Prototype.js up to 1.6.1: JSON text, which JSON.stringify writes as text once more. */
const quoted = (value: unknown): string => {
  if (value instanceof Date) return `"${value.getUTCFullYear()}-11-29"`;
  if (Array.isArray(value)) return `[${value.map(quoted).join(', ')}]`;
  return value instanceof Object && Object.keys(value)[0]
    ? `{${Object.entries(value).map(([name, inner]) => `"${name}": ${quoted(inner)}`)}}`
    : stringify(`${value}`);
};
const give = (names: readonly Name[], toJSON: (this: unknown) => unknown, enumerable = true) => {
  for (const name of names)
    Object.defineProperty(PROTOTYPES[name].prototype, 'toJSON', {
      value: toJSON,
      enumerable,
      configurable: true,
      writable: true,
    });
};

class Money {
  #amount = '12.50';
  toJSON() {
    return this.#amount;
  }
}
const given = () => ({
  order_id: 'A-1',
  coupon: 'TEA',
  currency: 'TWD',
  total: 960,
  is_gift: true,
  nothing: null,
  ordered_at: new Date('2026-11-01T00:00:00Z'),
  never: new Date(Number.NaN),
  tags: ['a', ['b']],
  price: new Money(),
  products: [{ sku: 'T-1', price: 480, sizes: [1, 2], details: { made: new Date('2026-10-01T00:00:00Z') } }],
});
const SENT = {
  order_id: 'A-1',
  coupon: 'TEA',
  currency: 'TWD',
  total: 960,
  is_gift: true,
  nothing: null,
  ordered_at: '2026-11-01T00:00:00.000Z',
  never: null,
  tags: ['a', ['b']],
  price: '12.50',
  products: [{ sku: 'T-1', price: 480, sizes: [1, 2], details: { made: '2026-10-01T00:00:00.000Z' } }],
};

const PAGES: [what: string, bend: () => void][] = [
  ['that bends nothing', () => {}],
  [
    'with Prototype.js',
    () =>
      give(['Array', 'Date', 'String', 'Number'], function () {
        return quoted(this);
      }),
  ],
  ...CLASSES.map((name): [string, () => void] => [
    `whose ${name}s become text`,
    () =>
      give([name], function () {
        return quoted(this);
      }),
  ]),
  ['whose objects become text, not listed by for-in', () => give(['Object', 'Array'], () => 'text', false)],
  [
    'whose dates become numbers',
    () =>
      give(['Date'], function () {
        return Number(this);
      }),
  ],
];

test.each(PAGES)('on a page %s, events arrive whole', async (what, bend) => {
  for (const when of ['before', 'after']) {
    if (when === 'before') bend();
    await openBuiltPage({ consent: 'granted', captures: 'pages' });
    if (when === 'after') bend();
    window.storebeacon?.identify('alice', { email: 'alice@example.com', groups: ['a'] });
    window.storebeacon?.track('Order Completed', { ...given(), order_id: when });
    vi.advanceTimersByTime(1_000);
    straighten();
    const order = waiting().find(({ properties }) => properties?.order_id === when);
    expect(order?.properties, `${what}, ${when}`).toEqual({ ...SENT, order_id: when });
    expect(order?.timestamp).toMatch(/^2026-11-29T08:00:/);
    expect(order?.context.consent.categoryPreferences).toEqual({
      advertising: true,
      analytics: true,
      marketing: true,
    });
    for (const message of waiting()) expect(parseMessage(message)).not.toHaveProperty('issues');
    delete window.storebeacon;
  }
});

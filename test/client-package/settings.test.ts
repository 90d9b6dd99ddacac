// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { beforeEach, expect, test, vi } from 'vitest';
import type { BeaconOptions } from '../../client/snippet/beacon.ts';
import { freshBrowser } from '../support/snippet.ts';

const NEEDED = { endpoint: 'https://collect.shop.example', key: 'k' };
/** Whether to debug, the address is asked too: null is a no. */
const BASE = { ...NEEDED, base: NEEDED.endpoint, debug: null };

async function create(settings: unknown) {
  vi.resetModules();
  const { createBeacon } = await import('../../client/snippet/beacon.ts');
  return createBeacon(settings as BeaconOptions);
}
const plugins = () => [...document.querySelectorAll('script')].map(({ src }) => src);

beforeEach(() => {
  freshBrowser();
  delete window.storebeacon;
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

test.for<[what: string, settings: object, said: object]>([
  ['nothing besides', {}, {}],
  ['a consent', { consent: 'granted' }, { consent: 'granted' }],
  ['captures', { captures: ['pages', 'forms'] }, { captures: 'pages forms' }],
  ['no captures', { captures: [] }, { captures: ' ' }],
  ['a tool', { consentTool: 'auto' }, { consentTool: 'auto' }],
  ['tools', { consentTool: ['tcf', 'google'] }, { consentTool: 'tcf google' }],
  ['no tools', { consentTool: [] }, {}],
  ['a switch that is on', { debug: true }, { debug: '' }],
  ['switches that are off', { debug: false, cartAttributes: false }, {}],
  ['hosts', { domains: ['a.example', 'b.example'] }, { domains: 'a.example b.example' }],
  ['no hosts', { domains: [] }, {}],
  ['parameters', { keepParameters: ['ref', 'id'] }, { keepParameters: 'ref id' }],
  ['what is not known', { consent: undefined, cookieDomain: null, dataLayer: '' }, {}],
  ['a slash too many', { endpoint: 'https://collect.shop.example//' }, {}],
  ['a place of its own for our files', { base: 'https://elsewhere.example' }, {}],
])('a shop that sets %s has it as on the script tag', async ([_what, settings, said]) => {
  expect((await create({ ...NEEDED, ...settings })).options).toEqual({ ...BASE, ...said });
});

test('what is off is not loaded', async () => {
  await create({ ...NEEDED, captures: [], debug: false, cartAttributes: false, pixel: 'off', domains: [] });
  expect(plugins()).toEqual([]);
});

test('what is on is loaded from the collector', async () => {
  await create({ ...NEEDED, captures: [], debug: true, dataLayer: 'dataLayer' });
  expect(plugins().sort()).toEqual(['data-layer', 'debug'].map((name) => `${NEEDED.endpoint}/${name}.js`));
});

test.for<[what: string, settings: unknown, absent: string]>([
  ['nothing', undefined, 'endpoint, key'],
  ['null', null, 'endpoint, key'],
  ['no key', { endpoint: '/sb' }, 'key'],
  ['no endpoint', { key: 'k' }, 'endpoint'],
  ['a variable of the build that is not set', { ...NEEDED, key: undefined }, 'key'],
  ['blanks', { ...NEEDED, key: ' ' }, 'key'],
  ['an address that is no text', { ...NEEDED, endpoint: new URL(NEEDED.endpoint) }, 'endpoint'],
])('a shop that gives %s is told what is missing', async ([_what, settings, absent]) => {
  await expect(create(settings)).rejects.toThrow(new TypeError(`createBeacon needs text for: ${absent}`));
  expect(window.storebeacon).toBeUndefined();
});

test.for<[what: string, more: object]>([
  ['a list that is none', { captures: { 0: 'pages' } }],
  [
    'a trap',
    {
      get domains() {
        throw new Error('trap');
      },
    },
  ],
])('nothing is thrown for %s, and every call is there', async ([_what, more]) => {
  const settings = Object.defineProperties({ ...NEEDED }, Object.getOwnPropertyDescriptors(more));
  const beacon = await create(settings);
  expect(() => beacon.track('Cart Viewed')).not.toThrow();
  expect(beacon.anonymousId()).toBe('');
});

test('an element of the page that has our name is not taken for the beacon', async () => {
  window.storebeacon = document.createElement('div') as never;
  const beacon = await create(NEEDED);
  expect(() => beacon.track('Cart Viewed')).not.toThrow();
  expect(window.storebeacon).toBe(beacon);
});

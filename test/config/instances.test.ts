import { expect, test } from 'vitest';
import { consumersOf } from '../../server/delivery/consumers.ts';
import { SHOP_POLICY } from '../support/shop.ts';
import { fromEnv, LEAST, problemsOf, read, TIKTOK } from './support.ts';

const EU = { TIKTOK_PIXEL_CODE: 'PIXELEUROPE123456789', TIKTOK_ACCESS_TOKEN: 'token-of-the-european-pixel' };
const withInstances = (destinations: unknown, shop: object = LEAST) => ({
  shops: { tea: { ...shop, destinations } },
});

test('a shop in a file has a destination several times, each with its own settings and consumer', () => {
  const { shops, secrets } = read({}, withInstances({ 'tiktok:eu': EU }));
  expect(consumersOf(shops).map(({ name }) => name)).toEqual(['tiktok@tea', 'tiktok:eu@tea']);
  expect(shops[0]?.destinations.map(({ settings }) => settings)).toMatchObject([
    { pixelCode: TIKTOK.TIKTOK_PIXEL_CODE },
    { pixelCode: EU.TIKTOK_PIXEL_CODE },
  ]);
  expect(secrets).toContain(EU.TIKTOK_ACCESS_TOKEN);
});

test('an instance alone is enough, and refers to the environment', () => {
  const shop = { WRITE_KEY: 'key-0001', ...SHOP_POLICY };
  const values = { ...EU, TIKTOK_ACCESS_TOKEN: fromEnv('EU_TOKEN') };
  const { shops } = read(
    { EU_TOKEN: 'token-from-the-environment' },
    withInstances({ 'tiktok:eu': values }, shop),
  );
  expect(shops[0]?.destinations).toMatchObject([{ settings: { accessToken: 'token-from-the-environment' } }]);
});

test.each([{}, null])('an empty list of instances (%j) is no destination', (destinations) => {
  const shop = { WRITE_KEY: 'key-0001', ...SHOP_POLICY };
  expect(problemsOf({}, withInstances(destinations, shop)).join()).toContain('no destination is configured');
});

test('an instance inherits what the shop has without it, and nothing else', () => {
  const shop = { ...LEAST, SHOPLINE_HANDLE: 'tea', TIKTOK_TEST_EVENT_CODE: 'TEST1' };
  const { shops } = read({}, withInstances({ 'tiktok:eu': EU }, shop));
  expect(shops[0]?.destinations[1]?.settings).toMatchObject({ contentId: 'variant_id' });
  expect(shops[0]?.destinations[1]?.settings).not.toMatchObject({ testEventCode: 'TEST1' });
});

test.each([
  { title: 'an unknown destination', instances: { 'tiktik:eu': EU }, words: 'there is no such destination' },
  { title: 'no suffix', instances: { tiktok: EU }, words: 'its variables belong to the shop itself' },
  { title: 'an empty suffix', instances: { 'tiktok:': EU }, words: 'the suffix is' },
  { title: 'a bad suffix', instances: { 'tiktok:E U': EU }, words: 'the suffix is' },
  { title: 'two suffixes', instances: { 'tiktok:a:b': EU }, words: 'the suffix is' },
  {
    title: 'an unknown key',
    instances: { 'tiktok:eu': { ...EU, TIKTOK_EVENT: {} } },
    words: 'did you mean TIKTOK_EVENTS',
  },
  {
    title: 'a missing value',
    instances: { 'tiktok:eu': { TIKTOK_PIXEL_CODE: 'P' } },
    words: 'TIKTOK_ACCESS_TOKEN is missing',
  },
  { title: 'no settings', instances: { 'tiktok:eu': 'on' }, words: 'expected an object' },
  { title: 'no instances', instances: ['tiktok:eu'], words: 'not an object of instances' },
])('$title is named', ({ instances, words }) => {
  expect(problemsOf({}, withInstances(instances))).toEqual([expect.stringContaining(words)]);
  expect(problemsOf({}, withInstances(instances))[0]).toMatch(/^shop tea: destinations/);
});

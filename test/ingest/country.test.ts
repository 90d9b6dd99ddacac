// @module-tag slow
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCountryOf } from '../../server/ingest/country.ts';
import { SHOP_ORIGIN, startCollector } from '../support/collector.ts';
import { countryDatabase } from '../support/country-database.ts';
import { tempDir } from '../support/temp-dir.ts';

function database(bytes: Buffer | string = countryDatabase()): string {
  const path = join(tempDir(), 'country.mmdb');
  writeFileSync(path, bytes);
  return path;
}

test.each([
  ['TW', 'TW'],
  ['tw', 'TW'],
  ['XX', undefined],
  ['T1', undefined],
  ['Taiwan', undefined],
  ['', undefined],
  [undefined, undefined],
])('a CDN that says %s means %s', async (said, country) => {
  const countryOf = await createCountryOf('cf-ipcountry', undefined);
  expect(countryOf({ 'cf-ipcountry': said }, '203.0.113.7')).toBe(country);
});

test('a database is asked where the CDN says nothing', async () => {
  const countryOf = await createCountryOf('cf-ipcountry', database());
  expect(countryOf({}, '203.0.113.7')).toBe('TW');
  expect(countryOf({ 'cf-ipcountry': 'XX' }, '203.0.113.7')).toBe('TW');
  expect(countryOf({ 'cf-ipcountry': 'JP' }, '203.0.113.7')).toBe('JP');
  expect(countryOf({}, '198.51.100.7')).toBeUndefined();
  expect(countryOf({}, undefined)).toBeUndefined();
});

test('a file that is no such database is refused at the start, in words', async () => {
  for (const path of [database('not a database'), join(tempDir(), 'nowhere.mmdb')])
    await expect(startCollector({ MAXMIND_FILE: path })).rejects.toThrow(
      /MAXMIND_FILE .* cannot be read as a MaxMind database/,
    );
});

test('the country is stored with what a browser sends, and with nothing else', async () => {
  const collector = await startCollector({ COUNTRY_HEADER: 'X-Country' });
  const track = { event: 'Product Viewed', anonymousId: 'visitor' };
  await collector.post('/v1/track', track, { origin: SHOP_ORIGIN, 'x-country': 'JP' });
  await collector.post('/v1/track', track, { 'x-country': 'JP' });
  expect(collector.events.map(({ context }) => context.location)).toEqual([{ country: 'JP' }, undefined]);
});

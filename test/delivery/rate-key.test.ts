import { expect, test } from 'vitest';
import { consumersOf } from '../../server/delivery/consumers.ts';
import { openLog } from '../../server/store/open.ts';
import { LEAST, read } from '../config/support.ts';
import { createFakeClock } from '../support/clock.ts';
import { startTestDelivery } from '../support/start-delivery.ts';
import { tempDir } from '../support/temp-dir.ts';

const STORE = {
  SHOPLINE_HANDLE: 'tea',
  SHOPLINE_ACCESS_TOKEN: 'token-of-the-app-1',
  SHOPLINE_CDP_CHANNEL_ID: '100000000000000001',
};
const CRM = { SHOPLINE_ACCESS_TOKEN: STORE.SHOPLINE_ACCESS_TOKEN, SHOPLINE_CDP_CHANNEL_ID: '2' };

/** The names of the rate limiters that the destinations of these shops use, by consumer. */
async function limitersOf(shops: object): Promise<string[]> {
  const config = read({}, { shops });
  const log = await openLog({
    ...{ dataDir: tempDir(), consumers: consumersOf(config.shops) },
    ...{ retentionMs: 86_400_000, clock: createFakeClock().now },
  });
  const names: string[] = [];
  startTestDelivery({
    ...{ shops: config.shops, log, clock: createFakeClock() },
    http: () => Promise.reject(new Error('nothing is sent')),
    rateLimiterFor: (name) => {
      names.push(name);
      return async () => {};
    },
  });
  return names;
}

test('two SHOPLINE instances of one store and token share its limit of requests, in another shop too', async () => {
  const other = { ...LEAST, WRITE_KEY: 'key-0002', ...STORE, SHOPLINE_HANDLE: 'Tea' };
  const names = await limitersOf({
    tea: { ...LEAST, ...STORE, destinations: { 'shopline:crm': CRM } },
    again: other,
  });
  const ofShopline = names.filter((name) => !name.includes('tiktok'));
  expect(ofShopline).toHaveLength(3);
  expect(new Set(ofShopline).size).toBe(1);
});

test('another store, another token and other destinations have limits of their own', async () => {
  const tiktok = { TIKTOK_PIXEL_CODE: 'PIXEL2', TIKTOK_ACCESS_TOKEN: 'token-of-another-pixel' };
  const token = { ...CRM, SHOPLINE_ACCESS_TOKEN: 'token-of-the-app-2' };
  const names = await limitersOf({
    tea: { ...LEAST, ...STORE, destinations: { 'shopline:crm': token, 'tiktok:eu': tiktok } },
    coffee: { ...LEAST, WRITE_KEY: 'key-0002', ...STORE, SHOPLINE_HANDLE: 'coffee' },
  });
  expect(new Set(names).size).toBe(names.length);
});

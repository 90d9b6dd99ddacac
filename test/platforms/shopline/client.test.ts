import { expect, test } from 'vitest';
import type { ShoplineAdmin } from '../../../server/config/config.ts';
import type { HttpRequest } from '../../../server/lib/http-client.ts';

import { createRateLimiters } from '../../../server/lib/rate-limiter.ts';
import { ADMIN_RATE, createAdminApi } from '../../../server/platforms/shopline/admin/client.ts';
import { createFakeClock } from '../../support/clock.ts';

const admin: ShoplineAdmin = {
  handle: 'tea',
  endpoint: 'https://tea.myshopline.com',
  apiVersion: 'v20260301',
  accessToken: 'token-0123',
  appKey: undefined,
  appSecret: undefined,
  storeId: undefined,
  sourceType: undefined,
};
const headers = {
  Authorization: 'Bearer token-0123',
  'Content-Type': 'application/json; charset=utf-8',
  accept: 'application/json',
};

function begin(rateLimiter = async () => {}) {
  const requests: HttpRequest[] = [];
  const api = createAdminApi({
    admin,
    rateLimiter,
    http: async (request) => {
      requests.push(request);
      return { status: 418, headers: { traceid: 't' }, body: 'short' };
    },
  });
  return { api, requests };
}

test('a post goes to the shop’s own address with its token, as JSON', async () => {
  const { api, requests } = begin();
  const answer = await api.call({ method: 'POST', path: 'sales/x.json', body: { name: '茶' } });
  expect(requests).toEqual([
    {
      method: 'POST',
      url: 'https://tea.myshopline.com/admin/openapi/v20260301/sales/x.json',
      headers,
      body: '{"name":"茶"}',
    },
  ]);
  expect(answer).toEqual({ status: 418, headers: { traceid: 't' }, body: 'short' });
});

test('a get carries its questions in the address and no body', async () => {
  const { api, requests } = begin();
  await api.call({ method: 'GET', path: 'orders.json', query: { ids: '1,2', q: 'a&b=c' } });
  expect(requests).toEqual([
    {
      method: 'GET',
      url: 'https://tea.myshopline.com/admin/openapi/v20260301/orders.json?ids=1%2C2&q=a%26b%3Dc',
      headers,
    },
  ]);
});

test('calls wait for the rate limiter, shared with everything else that sends to the store', async () => {
  const clock = createFakeClock(0);
  const rateLimiterFor = createRateLimiters(clock);
  const { perSecond, burst } = ADMIN_RATE;
  const signal = new AbortController().signal;
  const delivery = rateLimiterFor('one store', perSecond, burst);
  for (let count = 0; count < 40; count++) await delivery(signal);
  const sentAt: number[] = [];
  const { api } = begin(async () => {
    await rateLimiterFor('one store', perSecond, burst)(signal);
    sentAt.push(clock.now());
  });
  const calls = [1, 2, 3].map(() => api.call({ method: 'GET', path: 'x.json' }));
  await clock.advance(2_000);
  await Promise.all(calls);
  expect(sentAt).toEqual([250, 500, 750]);
});

test('no client without a token', () => {
  const rateLimiter = async () => {};
  const http = async () => ({ status: 200, headers: {}, body: '' });
  expect(() => createAdminApi({ admin: { ...admin, accessToken: undefined }, http, rateLimiter })).toThrow(
    RangeError,
  );
});

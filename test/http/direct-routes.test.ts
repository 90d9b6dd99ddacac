// @module-tag slow
import { afterAll, expect, test } from 'vitest';
import { basic, SHOP_ORIGIN, startCollector, WRITE_KEY } from '../support/collector.ts';
import { exchange } from '../support/http.ts';

/** A request to the exact path of its route needs no Express; to the same path with a slash behind it, it does. */
const { base, events } = await startCollector(
  { TRUST_PROXY: '1', ALLOWED_ORIGINS: SHOP_ORIGIN },
  { whenOver: afterAll },
);
let last = 0;
const message = { event: 'Tea Poured', anonymousId: '7d3f2a52-6d0f-4a77-9a53-1f2f5b0c9d11' };
const fromPage = { origin: SHOP_ORIGIN, 'x-forwarded-for': '198.51.100.9, 203.0.113.7' };

const CASES: Record<string, { headers?: Record<string, string>; body?: string; query?: string }> = {
  'a message of a page behind a proxy': { headers: { ...fromPage, authorization: basic(WRITE_KEY) } },
  'on the shop’s own site by the host that the proxy names, with cookies': {
    headers: {
      ...{ ...fromPage, authorization: basic(WRITE_KEY), host: 'inside:8080' },
      'x-forwarded-host': `collect.${new URL(SHOP_ORIGIN).hostname}`,
    },
  },
  'a key in the URL': { query: `?writeKey=${WRITE_KEY}&a=1`, headers: { origin: SHOP_ORIGIN } },
  'a query that cannot be decoded': { query: '?%&writeKey=%zz&&=', headers: { origin: SHOP_ORIGIN } },
  'no key': { headers: fromPage },
  'a page that may not send': {
    headers: { origin: 'https://other.example', authorization: basic(WRITE_KEY) },
  },
  'no JSON': { headers: { authorization: basic(WRITE_KEY) }, body: '{' },
  'an unknown encoding': { headers: { authorization: basic(WRITE_KEY), 'content-encoding': 'pack200' } },
  'an empty body': { headers: { authorization: basic(WRITE_KEY) }, body: '' },
};

test.each(Object.entries(CASES))('%s is answered and stored as by Express', async (_name, request) => {
  const send = async (path: string) => {
    const messageId = `direct-${++last}`;
    const { headers, body = JSON.stringify({ ...message, messageId }), query = '' } = request;
    const answer = await exchange(base, `${path}${query}`, { method: 'POST', headers: { ...headers }, body });
    const { date: _, ...answered } = answer.headers;
    const stored = events.find((event) => event.messageId === messageId);
    return {
      ...{ status: answer.status, headers: answered, body: answer.body.toString() },
      event: stored && { ...stored, messageId: '', timestamp: '', receivedAt: '' },
    };
  };
  const [direct, express] = [await send('/v1/track'), await send('/v1/track/')];
  const cookies = ({ headers }: typeof direct) =>
    headers['set-cookie']?.map((cookie) => cookie.replace(/Expires=[^;]*/, ''));
  expect({ ...direct, headers: { ...direct.headers, 'set-cookie': cookies(direct) } }).toEqual({
    ...express,
    headers: { ...express.headers, 'set-cookie': cookies(express) },
  });
  expect(direct.event === undefined).toBe(direct.status !== 200);
});

import { describe, expect, test } from 'vitest';
import { customerio } from '../../server/destinations/customerio/index.ts';
import type { Payload } from '../../server/destinations/customerio/payload.ts';
import { type Facts, isSkip } from '../../server/destinations/destination.ts';
import { exampleEvent } from '../../server/destinations/example-event.ts';
import { MESSAGE_TYPES } from '../../shared/names.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';

const hashed = customerio.settings.parse({ apiKey: 'WK_test_123' });
const raw = customerio.settings.parse({ apiKey: 'WK_test_123', pii: 'raw' });
const DIGEST = 'a'.repeat(64);

function itemOf(fields: Partial<ProtectedEvent>, facts?: Facts): Payload {
  const mapped = customerio.map(
    exampleEvent({ event: 'Signed Up', ...fields }),
    facts ? raw : hashed,
    facts ?? {},
  );
  const [item] = isSkip(mapped) ? [] : mapped;
  if (!item) throw new Error('skipped');
  return item;
}
const skips = (fields: Partial<ProtectedEvent>) => isSkip(customerio.map(exampleEvent(fields), hashed, {}));

describe('who', () => {
  test.each(MESSAGE_TYPES)(
    'a %s names the person; and the visitor beside it, so that both can be joined',
    (type) => {
      const identity = { userId: 'u', anonymousId: 'a', groupId: 'g', previousId: 'p' };
      const item = itemOf({ type, identity });
      expect(item).toMatchObject({ type, messageId: 'msg-1', userId: 'u' });
      if (type !== 'alias') expect(item).toMatchObject({ anonymousId: 'a' });
      expect(customerio.payload.safeParse(item).error).toBeUndefined();
    },
  );

  test('a visitor is anonymous', () => {
    expect(itemOf({ identity: { anonymousId: 'a' } })).toMatchObject({ anonymousId: 'a' });
  });

  test('a track may belong to a group alone', () => {
    expect(itemOf({ identity: { groupId: 'g' } })).toMatchObject({ groupId: 'g' });
  });

  test('a digest is never a user id', () => {
    const item = itemOf({ identity: { emailSha256: DIGEST } });
    expect(item).toMatchObject({ anonymousId: DIGEST });
    expect(item).not.toHaveProperty('userId');
  });

  test('in raw mode an email that was the user id is one again', () => {
    const facts = { raw: { userId: 'b@x.org', email: 'b@x.org' } };
    expect(itemOf({ identity: { anonymousId: 'a', emailSha256: DIGEST } }, facts)).toMatchObject({
      userId: 'b@x.org',
    });
    const identity = { userId: 'u', emailSha256: DIGEST };
    const alias = itemOf({ type: 'alias', identity }, { raw: { previousId: 'old@x.org' } });
    expect(alias).toMatchObject({ userId: 'u', previousId: 'old@x.org' });
  });

  test.each([
    { type: 'track', identity: {} },
    { type: 'page', identity: { groupId: 'g' } },
    { type: 'group', identity: { userId: 'u' } },
    { type: 'alias', identity: { anonymousId: 'a', previousId: 'p' } },
  ] as const)('nobody to tell about: $type $identity', (fields) => {
    expect(skips(fields)).toBe(true);
  });
});

test('a field of the context that Customer.io would refuse costs only itself', () => {
  const sent = {
    locale: 'en',
    active: 'yes',
    campaign: { source: 'tiktok', id: 7, utm: {} },
    page: { url: 'https://shop.example/', keywords: ['tea', 1] },
    device: { type: 'toaster', token: 't' },
    os: 7,
    anything: { a: [1] },
  };
  const context = { ...sent } as unknown as ProtectedEvent['context'];
  expect(itemOf({ context })).toMatchObject({
    context: {
      locale: 'en',
      campaign: { source: 'tiktok' },
      page: { url: 'https://shop.example/' },
      device: { token: 't' },
      anything: { a: [1] },
    },
  });
  expect(JSON.stringify(itemOf({ context }))).not.toMatch(/keywords|toaster|"os"|active|utm/);
});

describe('personal data', () => {
  const identity = { userId: 'u', emailSha256: DIGEST, phoneSha256: DIGEST };
  const traits = {
    email_sha256: DIGEST,
    first_name_sha256: DIGEST,
    zip_sha256: DIGEST,
    children: [{ name_sha256: DIGEST, age: 7 }],
    plan: 'gold',
  };

  test('hashed: the digests of email and phone, none of names or addresses, nowhere', () => {
    const item = itemOf({
      type: 'identify',
      identity,
      traits,
      context: { traits: { last_name_sha256: DIGEST, email_sha256: DIGEST } },
    });
    expect(item).toMatchObject({
      traits: { email_sha256: DIGEST, phone_sha256: DIGEST, plan: 'gold', children: [{ age: 7 }] },
      context: { traits: { email_sha256: DIGEST } },
    });
    expect(JSON.stringify(item)).not.toMatch(/(name|zip)_sha256/);
    const track = itemOf({ properties: { recipient: { name_sha256: DIGEST, city: 'Taipei' } } });
    expect(track).toMatchObject({ properties: { recipient: { city: 'Taipei' } } });
    expect(JSON.stringify(track)).not.toContain(DIGEST);
  });

  test('raw without the seal is sent hashed; hashed with one as well', () => {
    const event = exampleEvent({ type: 'identify', identity, traits });
    const facts = { raw: { email: 'b@x.org', traits: { first_name: 'B' } } };
    expect(customerio.map(event, raw, {})).toEqual(customerio.map(event, hashed, facts));
    expect(JSON.stringify(customerio.map(event, hashed, facts))).not.toContain('b@x.org');
    expect(JSON.stringify(customerio.map(event, raw, facts))).toContain('b@x.org');
  });

  test('only raw asks for the seal', () => {
    expect(customerio.needs(hashed)).toEqual([]);
    expect(customerio.needs(raw)).toEqual(['raw-pii']);
  });
});

test('context is per item, without the collector’s own notes and without TikTok’s ids', () => {
  const context = {
    ip: '203.0.113.7',
    bot: true,
    tiktok: { ttclid: 'E.C.P.x' },
    consent: { categoryPreferences: { marketing: true } },
  };
  const item = itemOf({ context, integrations: { all: true } });
  expect(item.context).toStrictEqual({
    ip: '203.0.113.7',
    consent: { categoryPreferences: { marketing: true } },
  });
  expect(JSON.stringify(item)).not.toContain('integrations');
});

test('only what Customer.io accepts passes the schema', () => {
  const passes = (change: object) => customerio.payload.safeParse({ ...itemOf({}), ...change }).success;
  expect(passes({})).toBe(true);
  expect(passes({ anonymousId: undefined })).toBe(false);
  expect(passes({ timestamp: 1795163415 })).toBe(false);
  expect(passes({ messageId: 'x'.repeat(101) })).toBe(false);
  expect(passes({ integrations: {} })).toBe(false);
  expect(passes({ context: { tiktok: { ttclid: 'x' } } })).toBe(false);
  expect(passes({ event: '' })).toBe(false);
  const identify = { ...itemOf({ type: 'identify' }), traits: { email: DIGEST } };
  expect(customerio.payload.safeParse(identify).success).toBe(false);
});

test('an item of more than 32 KB is refused, counted in bytes', () => {
  const passes = (text: string) => customerio.payload.safeParse(itemOf({ properties: { text } })).success;
  expect(passes('x'.repeat(32_000))).toBe(true);
  expect(passes('茶'.repeat(11_000))).toBe(false);
});

test('the request is strict and signed with the key alone', () => {
  const request = customerio.request([JSON.stringify(itemOf({}))], { settings: hashed, nowMs: 0 });
  expect(request.url).toBe('https://cdp.customer.io/v1/batch');
  expect(request.headers).toEqual({
    Authorization: 'Basic V0tfdGVzdF8xMjM6',
    'Content-Type': 'application/json',
    'X-Strict-Mode': '1',
  });
  expect(JSON.parse(request.body)).toEqual({ batch: [itemOf({})] });
});

describe('Customer.io answers', () => {
  const answer = (status: number, body = '') => customerio.classify({ status, headers: {}, body }, []);
  const rows = (statuses: number[], kind: string, reason?: string) =>
    statuses.map((status) => ({ status, kind, ...(reason && { reason }) }));

  test.each([
    ...rows([200, 201, 204], 'delivered'),
    ...rows([400, 402, 404, 405, 410, 413, 422], 'rejected'),
    ...rows([401, 403, 301, 308], 'paused'),
    ...rows([429], 'retry', 'throttled'),
    ...rows([408], 'retry', 'no-answer'),
    ...rows([500, 501, 502, 503, 504, 520, 522, 524], 'retry', 'server-error'),
  ])('$status: $kind $reason', ({ status, ...expected }) => {
    expect(answer(status)).toMatchObject(expected);
  });

  test.each([
    ['{"meta":{"errors":["userId is required","bad event"]}}', 'HTTP 400 userId is required; bad event'],
    ['{"meta":{"error":"bad key"}}', 'HTTP 400 bad key'],
    ['{"meta":{"errors":[{"field":"event"}]}}', 'HTTP 400 {"field":"event"}'],
    ['{"meta":{}}', 'HTTP 400 {"meta":{}}'],
    ['<h1>Bad Request</h1>', 'HTTP 400 Bad Request'],
  ])('400 with %s is kept as "%s"', (body, words) => {
    expect(answer(400, body)).toEqual({ kind: 'rejected', answer: words });
  });

  test('errors beside a success are a warning', () => {
    expect(answer(200, '{"meta":{"errors":["late"]}}')).toEqual({
      kind: 'delivered',
      warning: 'HTTP 200 late',
    });
  });

  test('a web page is not Customer.io: nothing counts as delivered', () => {
    expect(answer(200, ' <!doctype html><p>Welcome')).toMatchObject({
      kind: 'retry',
      reason: 'invalid-response',
    });
  });
});

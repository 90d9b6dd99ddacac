// @module-tag slow
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../shared/names.ts';
import { SHOP_ORIGIN, startCollector } from '../support/collector.ts';

const collector = await startCollector({}, { whenOver: afterAll });
const { events, post } = collector;
let last = 0;
const newId = () => `limit-${++last}`;

/** A track message of exactly so many bytes of UTF-8 (three for each sign of its filling). */
function sized(bytes: number, messageId = newId()) {
  const message = { type: 'track', event: 'Big', anonymousId: 'v', messageId, properties: { pad: '' } };
  const missing = bytes - Buffer.byteLength(JSON.stringify(message));
  message.properties.pad = '茶'.repeat(Math.floor(missing / 3)) + 'x'.repeat(missing % 3);
  return message;
}
/** A batch of exactly so many bytes, every message within its own limit. */
function batchOf(bytes: number) {
  const batch = Array.from({ length: 16 }, () => sized(30_000));
  const body = { batch, pad: '' };
  body.pad = 'x'.repeat(bytes - Buffer.byteLength(JSON.stringify(body)));
  return JSON.stringify(body);
}
async function reply(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await post(path, body, headers);
  return { status: response.status, headers: response.headers, answer: await response.json() };
}

test('the limits are the documented ones', () => {
  expect(LIMITS).toEqual({ messageBytes: 32 * 1024, requestBytes: 500 * 1024, messages: 1_000 });
});

describe('32 KB a message', () => {
  test('one of exactly that size is stored, whole', async () => {
    const message = sized(LIMITS.messageBytes);
    expect(await reply('/v1/track', message)).toMatchObject({ status: 200, answer: { accepted: 1 } });
    expect(events.find(({ messageId }) => messageId === message.messageId)?.properties).toEqual(
      message.properties,
    );
  });

  test('one byte more, alone: 413 naming the limit', async () => {
    const { status, answer } = await reply('/v1/track', sized(LIMITS.messageBytes + 1));
    expect(status).toBe(413);
    expect(answer).toMatchObject({ code: 'too-large', message: expect.stringContaining('32768') });
  });

  test('one byte more, in a batch: only that message is rejected', async () => {
    const batch = [sized(1_000), sized(LIMITS.messageBytes + 1), sized(LIMITS.messageBytes)];
    const { status, answer } = await reply('/v1/batch', { batch });
    expect({ status, accepted: answer.accepted }).toEqual({ status: 200, accepted: 2 });
    expect(answer.rejected).toMatchObject([
      { index: 1, messageId: batch[1]?.messageId, issues: [{ code: 'too_big' }] },
    ]);
  });
});

describe('500 KB a request', () => {
  test('of exactly that size is read', async () => {
    const { status, answer } = await reply('/v1/batch', batchOf(LIMITS.requestBytes));
    expect({ status, accepted: answer.accepted }).toEqual({ status: 200, accepted: 16 });
  });

  const tooMuch = () => batchOf(LIMITS.requestBytes + 1);
  const bomb = () => gzipSync(Buffer.alloc(200_000_000, ' '));
  test.each([
    { what: 'one byte more', body: tooMuch, headers: {} },
    {
      what: 'one byte more after unpacking',
      body: () => gzipSync(tooMuch()),
      headers: { 'content-encoding': 'gzip' },
    },
    { what: 'one byte more after unpacking, unlabelled', body: () => gzipSync(tooMuch()), headers: {} },
    { what: '200 MB packed into 200 KB', body: bomb, headers: { 'content-encoding': 'gzip' } },
    { what: '200 MB packed into 200 KB, unlabelled', body: bomb, headers: {} },
    { what: '5 MB', body: () => Buffer.alloc(5_000_000, 'x'), headers: {} },
  ])('$what: 413, nothing stored', async ({ body, headers }) => {
    const before = events.length;
    const { status, answer } = await reply('/v1/batch', body(), headers as Record<string, string>);
    expect(status).toBe(413);
    expect(answer).toMatchObject({ code: 'too-large', message: expect.stringContaining('512000') });
    expect(events.length).toBe(before);
  });

  test('what the root says for all counts once for each: a small request does not become many megabytes', async () => {
    const context = { pad: 'x'.repeat(2_000) };
    const batch = Array.from({ length: 400 }, () => ({ type: 'track', event: 'Small', anonymousId: 'v' }));
    expect((await reply('/v1/batch', { context, batch })).status).toBe(413);
    expect((await reply('/v1/batch', { context, batch: batch.slice(0, 200) })).answer.accepted).toBe(200);
  });

  test('a stream that never says how long it is is cut off at the limit', async () => {
    let pulled = 0;
    const stream = new ReadableStream({
      pull(controller) {
        pulled += 64_000;
        if (pulled > 20_000_000) return controller.close();
        controller.enqueue(new Uint8Array(64_000).fill(120));
      },
    });
    const response = await fetch(`${collector.base}/v1/batch`, {
      method: 'POST',
      body: stream,
      duplex: 'half',
    } as RequestInit).catch((error: Error) => error);
    if (response instanceof Response) expect(response.status).toBe(413);
    expect((await reply('/v1/track', sized(500))).answer.accepted).toBe(1);
  });
});

describe('1,000 messages a batch', () => {
  const small = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ type: 'track', event: 'a', anonymousId: `v${index}` }));

  test('exactly so many are stored', async () => {
    expect((await reply('/v1/batch', { batch: small(1_000) })).answer).toMatchObject({
      accepted: 1_000,
      rejected: [],
    });
  });

  test('600 of an ordinary size are stored', async () => {
    const batch = small(600).map((message) => ({ ...message, properties: { note: 'x'.repeat(450) } }));
    const { answer } = await reply('/v1/batch', { batch });
    expect(answer).toMatchObject({ accepted: 600, rejected: [] });
  });

  test.each([1_001, 10_000])('%d: 413, nothing stored', async (count) => {
    const before = events.length;
    const { status, answer } = await reply('/v1/batch', { batch: small(count) });
    expect(status).toBe(413);
    expect(answer).toMatchObject({ code: 'too-many-messages', message: expect.stringContaining('1000') });
    expect(events.length).toBe(before);
  });
});

describe('requests of one address in a minute', () => {
  const PER_MINUTE = 3;
  const start = (variables = {}) =>
    startCollector({ RATE_LIMIT_PER_MINUTE: String(PER_MINUTE), ...variables });
  const message = { event: 'Tea Poured', anonymousId: 'v' };

  /** The statuses of so many requests, sent one after the other. */
  async function knock(
    to: Awaited<ReturnType<typeof start>>,
    count: number,
    headers: Record<string, string>,
  ) {
    const statuses = [];
    for (let knocks = 0; knocks < count; knocks++)
      statuses.push((await to.post('/v1/track', message, headers)).status);
    return statuses;
  }

  test('a sender over the limit gets Retry-After, with or without Origin; preflights do not count', async () => {
    const limited = await start();
    for (let asked = 0; asked < 5; asked++)
      await fetch(`${limited.base}/v1/batch`, { method: 'OPTIONS', headers: { origin: SHOP_ORIGIN } });
    expect(await knock(limited, PER_MINUTE, { origin: SHOP_ORIGIN })).toEqual([200, 200, 200]);
    const response = await limited.post('/v1/track', message, { origin: SHOP_ORIGIN });
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(response.headers.get('access-control-allow-origin')).toBe(SHOP_ORIGIN);
    expect(response.headers.get('access-control-expose-headers')?.toLowerCase()).toContain('retry-after');
    expect(await response.json()).toMatchObject({
      code: 'too-many-requests',
      meta: { errors: [expect.any(String)] },
    });
    expect(limited.events).toHaveLength(PER_MINUTE);
    expect(await knock(limited, 2, {})).toEqual([429, 429]);
  });

  test('behind a trusted proxy each shopper counts alone: by address, in IPv6 by its /64', async () => {
    const limited = await start({ TRUST_PROXY: '127.0.0.1/32' });
    const from = (address: string) => ({ origin: SHOP_ORIGIN, 'x-forwarded-for': address });
    expect(await knock(limited, 4, from('203.0.113.7'))).toEqual([200, 200, 200, 429]);
    expect(await knock(limited, 1, from('::ffff:203.0.113.7'))).toEqual([429]);
    expect(await knock(limited, 1, from('203.0.113.8'))).toEqual([200]);
    expect(await knock(limited, 1, from('::ffff:203.0.113.9'))).toEqual([200]);
    expect(await knock(limited, 4, from('2001:db8:1:2:3::1'))).toEqual([200, 200, 200, 429]);
    expect(await knock(limited, 1, from('2001:db8:1:2:ffff:ffff::'))).toEqual([429]);
    expect(await knock(limited, 1, from('2001:db8:1:3::1'))).toEqual([200]);
  });

  test('an address the sender made up in front of the proxy’s own word buys nothing', async () => {
    const limited = await start({ TRUST_PROXY: '1' });
    const statuses = [];
    for (let knocks = 0; knocks < 4; knocks++)
      statuses.push(
        ...(await knock(limited, 1, {
          origin: SHOP_ORIGIN,
          'x-forwarded-for': `198.51.100.${knocks}, 203.0.113.7`,
        })),
      );
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  test.each([
    { header: 'x-forwarded-for', value: '203.0.113.7' },
    { header: 'forwarded', value: 'for=203.0.113.7' },
  ])(
    'P9: $header without TRUST_PROXY: one limit for all, and one error names what is delivered wrongly',
    async ({ header, value }) => {
      const limited = await start();
      const headers = { origin: SHOP_ORIGIN, [header]: value };
      expect(await knock(limited, 4, headers)).toEqual([200, 200, 200, 429]);
      const errors = limited.lines.filter((line) => line.includes('TRUST_PROXY'));
      expect(errors).toHaveLength(1);
      expect(JSON.parse(errors[0] ?? '')).toMatchObject({
        level: 50,
        variable: 'TRUST_PROXY',
        address: expect.stringContaining('127.0.0.1'),
        destinations: ['tiktok', 'customerio', 'shopline'],
        msg: expect.stringMatching(/every visitor is .* delivered with the address and country of the proxy/),
      });
    },
  );

  test('a proxy that TRUST_PROXY names, or declares absent, is no error', async () => {
    for (const TRUST_PROXY of ['1', '0']) {
      const limited = await start({ TRUST_PROXY });
      await knock(limited, 1, { origin: SHOP_ORIGIN, 'x-forwarded-for': '203.0.113.7' });
      expect(limited.lines.filter((line) => line.includes('TRUST_PROXY'))).toEqual([]);
    }
  });
});

// @module-tag slow
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { eventually, startCollector, WRITE_KEY } from '../support/collector.ts';

const collector = await startCollector({ RATE_LIMIT_PER_MINUTE: '100000' }, { whenOver: afterAll });
const { admin, events, lines, post, sandbox } = collector;
let last = 0;
const newId = () => `body-${++last}`;
const stored = (messageId: string) => events.find((event) => event.messageId === messageId);
const track = (parts: object = {}) => ({ event: 'Tea Poured', anonymousId: 'visitor', ...parts });
/** A track message as text, so that it may say what `JSON.stringify` would never write. */
const trackText = (messageId: string, more: string) =>
  `{"event":"Tea Poured","anonymousId":"visitor","messageId":"${messageId}",${more}}`;

async function reply(body: string | Uint8Array, headers: Record<string, string> = {}, path = '/v1/track') {
  const response = await post(path, body, headers);
  return { status: response.status, answer: await response.json() };
}

describe('the body is JSON, whatever the label says', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON; charset=ISO-8859-1',
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/html',
    'nonsense',
    '',
  ])('%s', async (type) => {
    const messageId = newId();
    const { status, answer } = await reply(
      JSON.stringify(track({ messageId, properties: { tea: '凍頂烏龍 🍵' } })),
      {
        'content-type': type,
      },
    );
    expect({ status, answer }).toMatchObject({ status: 200, answer: { accepted: 1 } });
    expect(stored(messageId)?.properties).toEqual({ tea: '凍頂烏龍 🍵' });
  });

  test('a byte order mark in front is no harm', async () => {
    const { answer } = await reply(`\uFEFF${JSON.stringify(track())}`);
    expect(answer.accepted).toBe(1);
  });
});

describe('the body may be packed', () => {
  const packed = () =>
    gzipSync(JSON.stringify({ batch: [{ type: 'track', ...track() }], writeKey: WRITE_KEY }));
  test.each([
    { what: 'labelled', headers: { 'content-encoding': 'gzip' } },
    {
      what: 'labelled, and called a form',
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/x-www-form-urlencoded' },
    },
    { what: 'without a label', headers: {} },
    { what: 'without a label, called text', headers: { 'content-type': 'text/plain' } },
  ])('gzip $what', async ({ headers }) => {
    const { status, answer } = await reply(packed(), headers as Record<string, string>, '/v1/batch');
    expect({ status, accepted: answer.accepted }).toEqual({ status: 200, accepted: 1 });
  });

  test.each([
    { what: 'plain text called gzip', body: Buffer.from(JSON.stringify(track())), encoding: 'gzip' },
    { what: 'gzip cut short', body: packed().subarray(0, 40), encoding: 'gzip' },
    { what: 'gzip cut short, unlabelled', body: packed().subarray(0, 40), encoding: '' },
    { what: 'gzip by its first bytes alone', body: Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), encoding: '' },
    { what: 'gzip packed twice', body: gzipSync(packed()), encoding: 'gzip' },
    { what: 'deflate called gzip', body: deflateSync('{}'), encoding: 'gzip' },
  ])('$what: 400', async ({ body, encoding }) => {
    const { status, answer } = await reply(body, encoding ? { 'content-encoding': encoding } : {});
    expect({ status, code: answer.code }).toEqual({ status: 400, code: 'malformed-body' });
  });

  test('in a way nobody agreed on: refused, saying so', async () => {
    const { status, answer } = await reply(Buffer.from('{}'), { 'content-encoding': 'compress' });
    expect(status).toBe(415);
    expect(answer).toMatchObject({ code: 'malformed-body', meta: { errors: [expect.any(String)] } });
  });
});

describe('what is not JSON in UTF-8 is refused: 400', () => {
  test.each([
    ['nothing', ''],
    ['blanks', '  \n'],
    ['an open brace', '{'],
    ['two messages in a row', '{}{}'],
    ['JSON lines', '{"event":"a"}\n{"event":"b"}'],
    ['single quotes', "{'event':'a'}"],
    ['a trailing comma', '{"event":"a",}'],
    ['a form', 'event=a&anonymousId=b'],
    ['XML', '<event/>'],
    ['NaN as a key', trackText('nan', '"properties":{NaN:1}')],
    ['what begins like NaN', trackText('nano', '"properties":{"value":NaNo}')],
    ['undefined', trackText('undefined', '"properties":undefined')],
    ['a raw newline in text', '{"event":"a\nb"}'],
    ['bytes that are no UTF-8', Buffer.from('{"event":"caf\xe9","anonymousId":"v"}', 'latin1')],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['half a surrogate in bytes', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['UTF-16', Buffer.from(JSON.stringify(track()), 'utf16le')],
    ['zeros', Buffer.alloc(64)],
  ])('%s', async (_what, body) => {
    const { status, answer } = await reply(body);
    expect(status).toBe(400);
    expect(answer).toEqual({
      code: 'malformed-body',
      message: expect.any(String),
      meta: { errors: [expect.any(String)] },
    });
  });

  test.each(['null', 'true', '7', '"text"', '[]', '[{}]'])('%s where a message belongs', async (body) => {
    const { status, answer } = await reply(body);
    expect({ status, code: answer.code }).toEqual({ status: 400, code: 'malformed-body' });
  });
});

describe('strange JSON does no harm', () => {
  test('a number beyond all numbers cannot be read: an amount is left out, and so is the sum of its line', async () => {
    const messageId = newId();
    const numbers = '"price":12.5,"quantity":1e999,"loss":-1e999,"tiny":1e-999';
    const { answer } = await reply(trackText(messageId, `"event":"Product Added","properties":{${numbers}}`));
    expect(answer.warnings).toEqual([
      expect.objectContaining({ path: 'properties.quantity', code: 'field-dropped' }),
    ]);
    expect(stored(messageId)?.properties).toEqual({ price: 12.5, value: null, loss: null, tiny: 0 });
  });

  test('NaN and Infinity, as Python writes them, are read as missing', async () => {
    const messageId = newId();
    const text = trackText(
      messageId,
      '"properties":{"value":NaN,"loss":-Infinity,"gains":[Infinity,1],"name":"NaN \\" Infinity"}',
    );
    const { answer } = await reply(text);
    expect(answer).toMatchObject({ accepted: 1, warnings: [{ code: 'field-dropped' }] });
    expect(stored(messageId)?.properties).toEqual({
      ...{ value: null, loss: null, gains: [null, 1], name: 'NaN " Infinity' },
    });

    const strict = await reply(text.replace(messageId, newId()), { 'x-strict-mode': '1' });
    expect(strict).toMatchObject({ status: 400, answer: { code: 'strict-mode' } });
  });

  test('of a key said twice the last counts', async () => {
    const messageId = newId();
    const { answer } = await reply(
      trackText(messageId, '"properties":{"a":1,"a":2},"event":"Second","properties":{"b":3}'),
    );
    expect(answer.accepted).toBe(1);
    expect(stored(messageId)).toMatchObject({ event: 'Second', properties: { b: 3 } });
  });

  test('keys that reach for a prototype are gone, and nothing was reached', async () => {
    const messageId = newId();
    const evil = '{"polluted":true,"toString":1}';
    const { answer } = await reply(
      trackText(
        messageId,
        `"__proto__":${evil},"constructor":{"prototype":${evil}},"properties":{"__proto__":${evil},"list":[{"__proto__":${evil},"kept":1}],` +
          `"constructor":{"prototype":${evil}}},"context":{"__proto__":${evil},"traits":{"\\u005f_proto__":${evil}}},"integrations":{"__proto__":{"all":false}}`,
      ),
    );
    expect(answer.accepted).toBe(1);
    expect(stored(messageId)?.properties).toEqual({ list: [{ kept: 1 }] });
    expect(JSON.stringify(stored(messageId))).not.toContain('polluted');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(`${{}}`).toBe('[object Object]');
  });

  test('in a batch they reach no neighbour', async () => {
    const [first, second] = [newId(), newId()];
    const proto = '{"event":"Stolen","writeKey":"other","properties":{"value":1},"userId":"admin"}';
    const { answer } = await reply(
      `{"__proto__":{"batch":[]},"batch":[{"type":"track","__proto__":${proto},${trackText(first, '"x":1').slice(1)},${trackText(second, '"type":"track"')}]}`,
      {},
      '/v1/batch',
    );
    expect(answer.accepted).toBe(2);
    expect(stored(first)).toMatchObject({ event: 'Tea Poured', properties: {} });
    expect(stored(second)?.identity).toEqual({ anonymousId: 'visitor' });
  });

  test.each(['toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'length', 'then', 'toJSON'])(
    'a key named %s is a key like any other',
    async (key) => {
      const messageId = newId();
      const { answer } = await reply(
        trackText(
          messageId,
          `"${key}":1,"properties":{"${key}":"kept"},"integrations":{"${key}":false},` +
            `"context":{"${key}":{"a":1},"consent":{"categoryPreferences":{"${key}":false}}}`,
        ),
      );
      expect(answer).toMatchObject({ accepted: 1, rejected: [] });
      expect(stored(messageId)).toMatchObject({
        properties: { [key]: 'kept' },
        consent: { advertising: true, analytics: true, marketing: true },
      });
    },
  );

  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

  test('a message nested beyond reason costs only itself', async () => {
    const [good, other] = [newId(), newId()];
    const typed = '"type":"track"';
    const { status, answer } = await reply(
      `{"batch":[${trackText(good, typed)},${trackText(newId(), `${typed},"properties":${nested(500)}`)},${trackText(other, typed)}]}`,
      {},
      '/v1/batch',
    );
    expect({ status, accepted: answer.accepted }).toEqual({ status: 200, accepted: 2 });
    expect(answer.rejected).toMatchObject([{ index: 1, issues: [{ code: expect.any(String) }] }]);
    expect([stored(good), stored(other)]).not.toContain(undefined);
  });

  test.each([
    ['objects in objects', nested(80_000)],
    ['lists in lists', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
  ])('%s, as deep as a request allows, do not bring it down', async (_what, value) => {
    for (const [path, body] of [
      ['/v1/track', trackText(newId(), `"properties":{"deep":${value}}`)],
      ['/v1/track', value],
      ['/v1/batch', `{"batch":[${value}]}`],
      ['/v1/batch', `{"context":{"deep":${value}},"batch":[{}]}`],
      ['/v1/batch', `{"deep":${value},"batch":[{}]}`],
    ] as const) {
      const { status } = await reply(body, {}, path);
      expect([200, 400, 413]).toContain(status);
    }
    expect((await reply(JSON.stringify(track()))).answer.accepted).toBe(1);
  });

  test('what no message can be is refused before it is parsed', async () => {
    const deep = await reply(`{"batch":[${nested(1_000)}]}`, {}, '/v1/batch');
    expect(deep.status).toBe(400);
    expect(deep.answer).toMatchObject({ message: 'The body is nested deeper than 1000 levels.' });
    const wide = Array.from({ length: 20_000 }, (_, index) => `"key-${index}":1`).join();
    expect((await reply(trackText(newId(), `"properties":{${wide}}`))).status).toBe(413);
    const indented = trackText(newId(), `"properties":{"a":1${' '.repeat(60_000)}}`);
    expect((await reply(indented)).answer.accepted).toBe(1);
  });

  test('ordinary depth passes whole', async () => {
    const messageId = newId();
    await reply(trackText(messageId, `"properties":${nested(20)}`));
    expect(JSON.stringify(stored(messageId)?.properties)).toBe(nested(20));
  });

  test.each([
    ['half a surrogate', '\\ud800'],
    ['zero', 'a\\u0000b'],
    ['an escape sequence of a terminal', '\\u001b[31m'],
    ['the line separator', '\\u2028'],
    ['right-to-left marks', '\\u202eabc'],
    ['an SQL command', "'); DROP TABLE events; --"],
    ['markup', '</script><script>alert(1)</script>'],
    ['a template', '{{constructor}}'],
  ])('%s in every text is stored and delivered', async (_what, escaped) => {
    const messageId = newId();
    const text = JSON.parse(`"${escaped}"`) as string;
    const { answer } = await reply(
      trackText(
        messageId,
        `"anonymousId":"v-${escaped}","userId":"u-${escaped}","properties":{"${escaped}":"${escaped}"},"context":{"page":{"title":"${escaped}"}}`,
      ),
    );
    expect(answer).toMatchObject({ accepted: 1, rejected: [] });
    const delivered = await eventually(
      () =>
        sandbox
          .accepted('customerio')
          .find((item) => (item as { messageId: string }).messageId === messageId),
      (found) => found !== undefined,
    );
    expect(delivered).toMatchObject({ properties: { [text]: text } });
  });

  test('such text in cookies of the answer is no mistake of ours', async () => {
    const { status, answer } = await reply(
      trackText(
        newId(),
        '"anonymousId":"7d3f2a52-6d0f-4a77-9a53-1f2f5b0c9d11","context":{"tiktok":{"ttclid":"\\ud800"}}',
      ),
      { origin: 'http://127.0.0.1:9000' },
    );
    expect({ status, accepted: answer.accepted }).toEqual({ status: 200, accepted: 1 });
  });
});

describe('whatever arrives', () => {
  const paths = fc.constantFrom('/v1/track', '/v1/b', '/v1/identify', '/v1/alias', '/v1/p');
  const KEYS = [
    'type',
    'event',
    'batch',
    'context',
    'properties',
    'traits',
    'userId',
    'anonymousId',
    'messageId',
    'timestamp',
    'sentAt',
    'integrations',
    'page',
    'tiktok',
    'consent',
    'categoryPreferences',
    'email',
    'phone',
    'address',
    'products',
    'order_id',
    'ttclid',
    'ttclid_at',
    'ip',
    'userAgent',
    'name',
    'value',
    '__proto__',
    'url',
    'bot',
  ];
  const VALUES = [
    'track',
    'identify',
    'Order Completed',
    'advertising',
    '2026-11-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '0001-01-01T00:00:00',
    'a@b.example',
    '0912345678',
    'https://shop.example/?ttclid=x',
    '%',
    '::1',
    '',
    ' ',
  ];
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(...VALUES, null, true, false, 0, -1, 1e308, 2 ** 53),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const { message } = fc.letrec((tie) => ({
    message: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 8 }),
    value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value'), { maxLength: 3 }), tie('message')),
  }));

  async function expectPlainAnswer(path: string, body: string | Uint8Array): Promise<void> {
    const { status, answer } = await reply(body, { origin: 'http://127.0.0.1:9000' }, path);
    expect([200, 400, 413]).toContain(status);
    if (status === 200) expect(answer.accepted + answer.rejected.length).toBeGreaterThanOrEqual(0);
    else expect(answer).toMatchObject({ code: expect.any(String), meta: { errors: expect.any(Array) } });
  }

  test('any JSON of familiar words is accepted or refused, never a surprise', async () => {
    await fc.assert(
      fc.asyncProperty(paths, message, async (path, value) => {
        await expectPlainAnswer(path, JSON.stringify(value));
        await expectPlainAnswer(
          '/v1/batch',
          JSON.stringify({
            batch: [{ type: 'track', event: 'Order Completed', anonymousId: 'v', ...(value as object) }],
          }),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('any bytes are refused politely', async () => {
    await fc.assert(fc.asyncProperty(paths, fc.uint8Array({ maxLength: 200 }), expectPlainAnswer), {
      numRuns: 100,
    });
  });

  test('nothing of all this surprised the program, and nothing accepted is stuck', async () => {
    expect(lines.filter((line) => /request failed|worker failed|counting failed/.test(line))).toEqual([]);
    const status = await eventually(
      async () => (await admin('GET', '/admin/status')).json(),
      ({ destinations }) => destinations.every(({ waiting }: { waiting: number }) => waiting === 0),
    );
    expect(status.destinations).toMatchObject([
      { breaker: 'closed' },
      { breaker: 'closed' },
      { breaker: 'closed' },
    ]);
    const { deadLetters } = await (await admin('GET', '/admin/dead-letters')).json();
    expect(
      deadLetters.map(
        ({ consumer, reason, answer }: Record<string, string>) => `${consumer} ${reason} ${answer}`,
      ),
    ).toEqual([]);
  });
});

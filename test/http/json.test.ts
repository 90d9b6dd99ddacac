import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HttpError } from '../../server/http/errors.ts';
import { decompress } from '../../server/http/gzip.ts';
import { parseBody } from '../../server/http/json.ts';
import { LIMITS } from '../../shared/names.ts';

const read = (bytes: Buffer) => parseBody(decompress(bytes)).value;
const parse = (text: string) => read(Buffer.from(text));
const refusal = (bytes: Buffer) => {
  try {
    read(bytes);
  } catch (error) {
    if (error instanceof HttpError) return `${error.status} ${error.code}`;
    throw error;
  }
  return 'none';
};

test('any JSON without dangerous keys comes out as it went in, packed or not', { tags: ['slow'] }, () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4, stringUnit: 'binary' }), (text) => {
      fc.pre(!/__proto__|constructor|prototype/.test(text));
      expect(parse(text)).toEqual(JSON.parse(text));
      expect(read(gzipSync(text))).toEqual(JSON.parse(text));
    }),
  );
});

describe('what could do harm is gone; numbers beyond all are infinite, which no schema accepts', () => {
  test.each([
    ['{"\\u005f_proto__":1,"a":2}', { a: 2 }],
    ['{"a": [ -1E+999, 2e3 ]}', { a: [-Infinity, 2000] }],
    [`{"a":${'9'.repeat(400)},"b":1}`, { a: Infinity, b: 1 }],
    ['{"__proto__":{"a":1},"b":2}', { b: 2 }],
    ['{"a":{"constructor":{"prototype":{"x":1}}}}', { a: {} }],
    ['[[{"prototype":1,"kept":[{"__proto__":null}]}]]', [[{ kept: [{}] }]]],
    ['{"a":1e400,"b":[-1e400,1]}', { a: Infinity, b: [-Infinity, 1] }],
    ['1e400', Infinity],
    ['"__proto__"', '__proto__'],
    ['{"a":"__proto__"}', { a: '__proto__' }],
  ])('%s', (text, value) => {
    const parsed = parse(text);
    expect(parsed).toEqual(value);
    expect(JSON.stringify(parsed)).toBe(JSON.stringify(value));
  });

  test('however deep it lies, and however deep that is', () => {
    const levels = 20_000;
    let deep = parse(`${'{"__proto__":1,"a":'.repeat(levels)}{"constructor":1}${'}'.repeat(levels)}`);
    const keys = new Set<string>();
    for (let level = 0; level < levels; level++) {
      for (const key of Object.keys(deep as object)) keys.add(key);
      deep = (deep as { a: unknown }).a;
    }
    expect([...keys]).toEqual(['a']);
    expect(deep).toEqual({});
    expect(Array.isArray(parse(`${'['.repeat(levels)}${']'.repeat(levels)}`))).toBe(true);
  });
});

describe('what is refused, and how', () => {
  test.each([
    ['nothing', Buffer.alloc(0), '400 malformed-body'],
    ['one byte of gzip', Buffer.from([0x1f]), '400 malformed-body'],
    ['two bytes of gzip', Buffer.from([0x1f, 0x8b]), '400 malformed-body'],
    ['gzip without an end', gzipSync('{}').subarray(0, 12), '400 malformed-body'],
    ['gzip of gzip', gzipSync(gzipSync('{}')), '400 malformed-body'],
    ['Latin-1', Buffer.from('"é"', 'latin1'), '400 malformed-body'],
    ['a byte too many', Buffer.alloc(LIMITS.requestBytes + 1, ' '), '413 too-large'],
    [
      'a byte too many after unpacking',
      gzipSync(Buffer.alloc(LIMITS.requestBytes + 1, ' ')),
      '413 too-large',
    ],
    ['as many as allowed', Buffer.from(`${' '.repeat(LIMITS.requestBytes - 2)}{}`), 'none'],
    ['as many as allowed after unpacking', gzipSync(`${' '.repeat(LIMITS.requestBytes - 2)}{}`), 'none'],
  ])('%s: %s', (_what, bytes, expected) => {
    expect(refusal(bytes)).toBe(expected);
  });
});

// @module-tag slow
import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { PIXELS, PLUGINS } from '../../shared/names.ts';
import { startCollector } from '../support/collector.ts';
import { exchange } from '../support/http.ts';

const { base } = await startCollector({}, { whenOver: afterAll });
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const built = (file: string) => readFileSync(new URL(`../../client/dist/${file}`, import.meta.url));
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  exchange(base, path, { method, headers });

const FILES = [
  { path: '/s.js', file: 's.js', cache: /max-age=\d{1,4}\b/ },
  { path: `/s/${version}.js`, file: 's.js', cache: /max-age=31536000, immutable/ },
  { path: '/pixel-tiktok.js', file: 'pixel-tiktok.js', cache: /max-age=\d{1,4}\b/ },
];
const UNPACK = { br: brotliDecompressSync, gzip: gunzipSync };

describe.each(FILES)('$path', ({ path, file, cache }) => {
  test.each([
    { accepts: 'gzip, deflate, br, zstd', encoding: 'br' },
    { accepts: 'br', encoding: 'br' },
    { accepts: 'gzip', encoding: 'gzip' },
    { accepts: 'gzip;q=1.0, br;q=0', encoding: 'gzip' },
    { accepts: '', encoding: undefined },
    { accepts: 'identity', encoding: undefined },
    { accepts: 'zstd', encoding: undefined },
    { accepts: 'nonsense;q=x', encoding: undefined },
  ])('to a browser that accepts "$accepts" as $encoding', async ({ accepts, encoding }) => {
    const { status, headers, body } = await get(path, { 'accept-encoding': accepts });
    expect(status).toBe(200);
    expect(headers['content-encoding']).toBe(encoding);
    const unpack = UNPACK[encoding as keyof typeof UNPACK] ?? ((bytes: Buffer) => bytes);
    expect(unpack(body).equals(built(file))).toBe(true);
    expect(Number(headers['content-length'])).toBe(body.length);
    expect(headers.vary?.toLowerCase()).toContain('accept-encoding');
  });

  test('may be loaded by any page, as a script and nothing else', async () => {
    const { headers } = await get(path, { origin: 'https://any.example' });
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['cross-origin-resource-policy']).toBe('cross-origin');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['set-cookie']).toBeUndefined();
  });

  test('is kept as long as its name allows', async () => {
    expect((await get(path)).headers['cache-control']).toMatch(cache);
  });

  test('is not sent again to who has it', async () => {
    for (const encoding of ['br', 'gzip', 'identity']) {
      const first = await get(path, { 'accept-encoding': encoding });
      const etag = first.headers.etag ?? '';
      expect(etag).toMatch(/^(W\/)?"[^"]+"$/);
      for (const known of [etag, `"other", ${etag}`, '*']) {
        const again = await get(path, { 'accept-encoding': encoding, 'if-none-match': known });
        expect({ status: again.status, bytes: again.body.length }).toEqual({ status: 304, bytes: 0 });
        expect(again.headers.etag).toBe(etag);
        expect(again.headers['cache-control']).toMatch(cache);
      }
      const changed = await get(path, { 'accept-encoding': encoding, 'if-none-match': '"older"' });
      expect(changed.status).toBe(200);
    }
  });

  test('is the same file however it is packed, and its tag says no more than that', async () => {
    const tags = [];
    for (const encoding of ['br', 'gzip', 'identity'])
      tags.push((await get(path, { 'accept-encoding': encoding })).headers.etag);
    // A strong tag would promise the same bytes (RFC 9110, section 8.8.1).
    expect(new Set(tags).size === 3 || tags.every((tag) => tag?.startsWith('W/'))).toBe(true);
  });

  test('can be asked about without being sent', async () => {
    const { status, headers, body } = await get(path, {}, 'HEAD');
    expect({ status, bytes: body.length }).toEqual({ status: 200, bytes: 0 });
    expect(headers.etag).toBe((await get(path)).headers.etag);
  });
});

test('packed it is much smaller', async () => {
  const size = async (encoding: string) => (await get('/s.js', { 'accept-encoding': encoding })).body.length;
  expect(await size('gzip')).toBeLessThan((await size('identity')) * 0.7);
  expect(await size('br')).toBeLessThan(await size('gzip'));
});

test.each([...PLUGINS, ...PIXELS])(
  '%s.js lies beside it, where a tag of either address looks for it',
  async (name) => {
    for (const path of [`/${name}.js`, `/s/${name}.js`])
      expect(
        (await get(path, { 'accept-encoding': 'identity' })).body.equals(built(`${name}.js`)),
        path,
      ).toBe(true);
  },
);

test.each([
  '/s/0.0.0.js',
  '/s/latest.js',
  `/s/${version}`,
  '/s/',
  '/s/../server/config.ts',
  '/s.js.map',
  '/dist/s.js',
])('%s does not exist: a page never runs a file it did not ask for', async (path) => {
  const { status, headers } = await get(path);
  expect(status).toBe(404);
  expect(headers['cache-control'] ?? '').not.toMatch(/immutable|31536000/);
});

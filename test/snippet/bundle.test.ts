import { existsSync, readFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const dist = (name: string) => new URL(`../../client/dist/${name}`, import.meta.url);
const script = readFileSync(dist('s.js'));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

test('a shopper loads at most 3.5 KB', () => {
  expect(brotliCompressSync(script).length).toBeLessThanOrEqual(3584);
});

test('it is one plain script: nothing imported, nothing left of the schemas', () => {
  const text = script.toString();
  expect(text).toMatch(/^\(\(\)=>\{|^!?\(?function/);
  expect(text).not.toMatch(/\bimport\b|\brequire\(|zod|ZodType|safeParse|_zod/);
  expect(text).not.toContain('Promotion Viewed');
});

test('it says which version it is', () => {
  expect(script.toString()).toContain(`"${version}"`);
});

test.each(['s.js', 'pixel-tiktok.js'])(
  '%s lies ready compressed, with a map that names no machine',
  (name) => {
    const code = readFileSync(dist(name));
    expect(brotliDecompressSync(readFileSync(dist(`${name}.br`)))).toEqual(code);
    expect(gunzipSync(readFileSync(dist(`${name}.gz`)))).toEqual(code);
    const { sources } = JSON.parse(readFileSync(dist(`${name}.map`), 'utf8')) as { sources: string[] };
    expect(sources.length).toBeGreaterThan(1);
    expect(sources.filter((source) => /^(\/|[A-Za-z]:|file:)/.test(source))).toEqual([]);
  },
);

test('the public types are there', () => {
  expect(existsSync(dist('index.d.ts'))).toBe(true);
  expect(readFileSync(dist('index.d.ts'), 'utf8')).toContain('interface Storebeacon');
});

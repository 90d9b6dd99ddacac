import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { PIXELS, PLUGINS } from '../../shared/names.ts';
import { limitOf, PAGES } from '../programs/bench-client/scripts.ts';

const dist = (name: string) => new URL(`../../client/dist/${name}`, import.meta.url);
const script = readFileSync(dist('s.js'));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

const sizeOf = (name: string) => brotliCompressSync(readFileSync(dist(name))).length;

test.each(PAGES)('a page of $page downloads at most $limit bytes', ({ files, limit }) => {
  expect(files.map(sizeOf).reduce((sum, size) => sum + size)).toBeLessThanOrEqual(limit);
});

/** Every other file by itself. */
const LIMITS = {
  ...Object.fromEntries(
    [...PLUGINS, ...PIXELS, 's', 'json-ld', 'shopline'].map((name) => [`${name}.js`, limitOf(`${name}.js`)]),
  ),
  'cart-attributes.js': 512,
  'debug-links.js': 512,
  'links.js': 512,
};
const FILES = Object.entries(LIMITS);

test.each(FILES)('%s weighs at most %d bytes', (name, limit) => {
  expect(sizeOf(name)).toBeLessThanOrEqual(limit);
});

test('no other file is built, so none goes unweighed', () => {
  const built = readdirSync(dist('')).filter((name) => name.endsWith('.js') && name !== 'client.js');
  expect(built.sort()).toEqual(Object.keys(LIMITS).sort());
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

test.each(FILES)('%s lies ready compressed, with a map that names no machine', (name) => {
  const code = readFileSync(dist(name));
  expect(brotliDecompressSync(readFileSync(dist(`${name}.br`)))).toEqual(code);
  expect(gunzipSync(readFileSync(dist(`${name}.gz`)))).toEqual(code);
  const { sources } = JSON.parse(readFileSync(dist(`${name}.map`), 'utf8')) as { sources: string[] };
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.filter((source) => /^(\/|[A-Za-z]:|file:)/.test(source))).toEqual([]);
});

test('the public types are there', () => {
  expect(existsSync(dist('index.d.ts'))).toBe(true);
  expect(readFileSync(dist('index.d.ts'), 'utf8')).toContain('interface Storebeacon');
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const dist = (name: string) => new URL(`../../client/dist/${name}`, import.meta.url);
const script = readFileSync(dist('s.js'));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** What each file may weigh after brotli 11, and when it is loaded. */
const LIMITS = {
  's.js': 4096,
  // On SHOPLINE's pages only.
  'shopline.js': 2432,
  // Where the tag asks for it.
  'cart-attributes.js': 512,
  'consent-tools.js': 1536,
  'data-layer.js': 1536,
  'debug.js': 1536,
  'links.js': 512,
  'pixel-tiktok.js': 1024,
  // In place of the snippet.
  'pixel-shopify.js': 2560,
  'pixel-shopline.js': 2560,
};
const FILES = Object.entries(LIMITS);

test.each(FILES)('%s weighs at most %d bytes', (name, limit) => {
  expect(brotliCompressSync(readFileSync(dist(name))).length).toBeLessThanOrEqual(limit);
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

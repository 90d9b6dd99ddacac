import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readSources } from '../support/source-tree.ts';

const DIST = new URL('../../client/dist/console/', import.meta.url);
const FILES = ['console.css', 'console.js', 'icon.svg', 'index.html'];
const read = (name: string) => readFileSync(new URL(name, DIST));

test('the console is four files, each beside its compressed forms, and the licences of what they contain', () => {
  const names = FILES.flatMap((name) => [name, `${name}.br`, `${name}.gz`]);
  expect(readdirSync(DIST).toSorted()).toEqual([...names, 'LICENSES.txt'].toSorted());
  expect(read('LICENSES.txt').toString()).toMatch(/preact[\s\S]*MIT[\s\S]*uplot[\s\S]*MIT/);
  for (const name of FILES) expect(brotliDecompressSync(read(`${name}.br`))).toEqual(read(name));
});

test('it weighs at most 80 KB in all', () => {
  const sizes = FILES.map((name) => brotliCompressSync(read(name)).length);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(80_000);
});

test('it loads nothing from elsewhere, and its page has no script or style of its own', () => {
  const page = read('index.html').toString();
  expect(page).not.toMatch(/<script(?![^>]*\ssrc="console\.js")|<style|\son\w+=|\sstyle=/);
  expect(page).not.toMatch(/https?:/);
  expect(read('console.css').toString()).not.toMatch(/https?:|@import/);
  const known = /^http:\/\/www\.w3\.org\//;
  const addresses =
    read('console.js')
      .toString()
      .match(/https?:\/\/\w[\w./-]+/g) ?? [];
  expect(addresses.filter((address) => !known.test(address))).toEqual([]);
});

test('what comes from events is text: nothing is read as markup or as code', () => {
  const sources = readSources(['client/console/**/*.{ts,tsx}']);
  expect(sources.length).toBeGreaterThan(40);
  const found = sources.filter(({ code }) =>
    /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/.test(
      code,
    ),
  );
  expect(found.map(({ path }) => path)).toEqual([]);
});

import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = 'server/destinations';
/** Small helpers beside the folders, shared by all three. */
const HELPERS = ['destination', 'values', 'answers', 'body', 'setting-fields', 'example-event'];
const files = globSync(`${root}/*/*.ts`);

test('there are destinations to look at', () => {
  expect(files.length).toBeGreaterThan(15);
});

test.each(files)('%s knows only the shared contract, the interface and its own folder', (file) => {
  const source = readFileSync(file, 'utf8');
  const imports = [...source.matchAll(/^(?:import|export) [^;]*?from '([^']+)';/gm)].map(([, from]) => from);
  const folder = dirname(file);
  for (const from of imports as string[]) {
    if (from === 'zod' || (from === 'node:crypto' && basename(folder) === 'tiktok')) continue;
    const path = relative('.', join(folder, from));
    const isAllowed =
      path.startsWith('shared/') ||
      dirname(path) === folder ||
      HELPERS.some((name) => path === `${root}/${name}.ts`);
    expect(isAllowed, `${file} imports ${from}`).toBe(true);
  }
});

test.each([...files, ...HELPERS.map((name) => `${root}/${name}.ts`)])(
  '%s has no clock, no randomness, no network and no environment',
  (file) => {
    const source = readFileSync(file, 'utf8');
    expect(source).not.toMatch(/process\.|fetch\(|Date\.now|new Date\(\)|Math\.random|setTimeout|require\(/);
  },
);

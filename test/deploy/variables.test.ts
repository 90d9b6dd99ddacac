import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROGRAM_NAMES, SHOP_NAMES } from '../../server/config/names.ts';
import { readConfig } from '../../server/config/read.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILES = [
  'Dockerfile',
  ...globSync('server/deploy/**/*', { cwd: ROOT, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length + 1)),
];
/** Of Node, PostgreSQL's image, systemd and the shell. */
const OTHERS = [/^POSTGRES_/, /^NODE_ENV$/, /^(AF|NOTIFY|WATCHDOG)_/];

test.each(FILES)('%s names no variable that the collector does not know', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const named = new Set(text.match(/(?<![\w.])[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b/g));
  const known = new Set([...PROGRAM_NAMES, ...SHOP_NAMES, 'CONFIG_FILE']);
  const isKnown = (name: string) => known.has(name) || OTHERS.some((pattern) => pattern.test(name));
  expect([...named].filter((name) => !isKnown(name))).toEqual([]);
});

test('environment.example, with the tokens filled in, is a configuration', () => {
  const lines = readFileSync(join(ROOT, 'server/deploy/environment.example'), 'utf8').split('\n');
  const filled = lines
    .filter((line) => /^\w+=/.test(line))
    .map((line) => line.split('='))
    .map(([name, value]) => [name, value || '0123456789ABCDEF0123']);
  expect(readConfig(Object.fromEntries(filled), () => '')).toMatchObject({ trustProxy: 1, adminPort: 8788 });
});

test('there are files for each way to run it', () => {
  expect(FILES.length).toBeGreaterThan(15);
});

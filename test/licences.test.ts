import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** They allow any use; what they ask for is that their text stays with the code, as it does under `node_modules`. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
];
/** Development dependencies that the console's script contains. */
const BUNDLED = ['node_modules/preact', 'node_modules/uplot'];

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const { packages } = readJson('package-lock.json') as {
  packages: Record<
    string,
    { dev?: boolean; integrity?: string; resolved?: string; hasInstallScript?: boolean }
  >;
};
const installed = Object.entries(packages).filter(([path]) => path !== '');
const shipped = installed.filter(([path, { dev }]) => !dev || BUNDLED.includes(path)).map(([path]) => path);

test('what runs in production is under licences that allow it', () => {
  const licences = shipped.map((path) => [path, readJson(`${path}/package.json`).license]);
  expect(licences.length).toBeGreaterThan(100);
  expect(licences.filter(([, licence]) => !ALLOWED.includes(licence))).toEqual([]);
});

test('every package is the registry’s and has a digest; none in production runs a script as it is installed', () => {
  const unproven = installed.filter(
    ([, { integrity, resolved = 'https://registry.npmjs.org/' }]) =>
      !integrity?.startsWith('sha512-') || !resolved.startsWith('https://registry.npmjs.org/'),
  );
  expect(unproven.map(([path]) => path)).toEqual([]);
  expect(shipped.filter((path) => packages[path]?.hasInstallScript)).toEqual([]);
});

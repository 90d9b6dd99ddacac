import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROGRAM_NAMES, SHOP_NAMES } from '../server/config/names.ts';
import { ProgramVariables, ShopVariables } from '../server/config/schemas.ts';
import { DESTINATIONS } from '../server/destinations/registry.ts';
import { openApi } from '../server/http/openapi.ts';
import { webhookPaths } from '../server/platforms/webhooks/openapi.ts';

const DEFAULTS = Object.fromEntries(
  Object.entries({
    ...ProgramVariables.parse({}),
    BOTS: 'flag',
    ORDER_MERGE_SECONDS: 30,
    ATTRIBUTION_DAYS: 7,
  }).filter(([, value]) => typeof value === 'string' || typeof value === 'number'),
);

const readme = readFileSync('README.md', 'utf8');
const configuration = readFileSync('server/config/README.md', 'utf8');
const api = readFileSync('server/http/README.md', 'utf8');
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

test('the configuration page explains every variable the program reads', () => {
  const variables = [
    'CONFIG_FILE',
    ...Object.keys(ProgramVariables.shape),
    ...Object.keys(ShopVariables.shape),
    ...DESTINATIONS.flatMap((destination) => Object.values<string>(destination.variables)),
  ];
  expect(variables.filter((name) => !configuration.includes(`\`${name}\``))).toEqual([]);
});

test('the configuration page lists no variable that the program does not read', () => {
  const rows = configuration.split('\n').filter((line) => line.startsWith('| `'));
  const names = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  expect(names.length).toBeGreaterThan(40);
  const known = new Set([...PROGRAM_NAMES, ...SHOP_NAMES, 'CONFIG_FILE']);
  expect(names.filter((name) => !known.has(name ?? ''))).toEqual([]);
});

test.each(Object.entries(DEFAULTS))('the configuration page gives the default of %s', (name, value) => {
  const row = configuration
    .split('\n')
    .find((line) => line.startsWith('| `') && line.includes(`\`${name}\``));
  expect(row).toContain(`\`${value}\``);
});

test('the configuration page marks what is required', () => {
  const issues = ShopVariables.safeParse({}).error?.issues ?? [];
  const required = configuration
    .split('\n')
    .filter((line) => /^\| `[^|]*\| required \|/.test(line))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(required.toSorted()).toEqual(issues.map(({ path }) => String(path[0])).toSorted());
});

test('every command in the README exists', () => {
  const commands = [...readme.matchAll(/(?:^|`|&& |… )npm (?:run )?([a-z:-]+)/gm)].map(
    (match) => match[1] ?? '',
  );
  expect(commands).toContain('demo');
  const ofNpm = ['audit', 'ci', 'install', 'pack', 'prune', 'publish'];
  expect(commands.filter((name) => !ofNpm.includes(name) && !(name in scripts))).toEqual([]);
});

test('every file the README points to is there', () => {
  const files = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? '');
  expect(files.length).toBeGreaterThan(3);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});

test('the API page lists every route of the contract', () => {
  const { paths } = openApi('0', webhookPaths) as { paths: object };
  const missing = Object.keys(paths).filter((path) => {
    const last = path
      .replace('{version}', '<version>')
      .replace('/projects/{writeKey}', '/projects/:writeKey');
    return !api.includes(last) && !api.includes(`\`${path.split('/').at(-1)}\``);
  });
  expect(missing).toEqual(['/v1/m']);
});

import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ProgramVariables, ShopVariables } from '../server/config/schemas.ts';
import { DESTINATIONS } from '../server/destinations/registry.ts';
import { openApi } from '../server/http/openapi.ts';
import { webhookPaths } from '../server/platforms/webhooks/openapi.ts';

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

test('every command in the README exists', () => {
  const commands = [...readme.matchAll(/(?:^|`|&& |… )npm (?:run )?([a-z:-]+)/gm)].map(
    (match) => match[1] ?? '',
  );
  expect(commands).toContain('demo');
  expect(commands.filter((name) => name !== 'ci' && !(name in scripts))).toEqual([]);
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

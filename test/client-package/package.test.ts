import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWithVite, installClient, MACHINE_NODE, runInNode } from '../support/packed-client.ts';
import { tempDir } from '../support/temp-dir.ts';

const project = tempDir(afterAll);
let files: string[];
beforeAll(async () => {
  ({ files } = await installClient(project));
});
const shipped = (name: string) =>
  readFileSync(join(project, 'node_modules/@storebeacon/client', name), 'utf8');

test('the package holds what a shop needs and nothing else', () => {
  const declarations = ['client', 'event-properties', 'index', 'thing'].map((name) => `dist/${name}.d.ts`);
  const built = ['dist/LICENSE', 'dist/client.js', 'dist/client.js.map', ...declarations];
  expect(files.toSorted()).toEqual(['README.md', ...built, 'package.json'].toSorted());
});

test('P18: it depends on nothing, asks for no Node, and has the version of the collector', () => {
  const client = JSON.parse(shipped('package.json'));
  expect(Object.keys(client).filter((key) => /dependencies|engines|scripts/i.test(key))).toEqual([]);
  expect(client.version).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
});

test('Vite bundles it, and leaves it out where nothing of it is used', async () => {
  const used = await buildWithVite(
    project,
    `import { createBeacon } from '@storebeacon/client';
     createBeacon({ endpoint: 'https://collect.shop.example', key: 'my-shop' });`,
  );
  expect(used).toContain('my-shop');
  expect(used).toContain('createBeacon needs text for');
  const unused = await buildWithVite(project, "import '@storebeacon/client'; document.title = 'tea';");
  expect(unused).toContain('tea');
  expect(unused.length).toBeLessThan(1_500);
});

test('a shop’s bundle grows by at most 4.5 KB, without the schemas', () => {
  const code = shipped('dist/client.js');
  expect(brotliCompressSync(code).length).toBeLessThanOrEqual(4608);
  expect(code).not.toMatch(/\bimport\b|\brequire\(|zod|safeParse|Promotion Viewed/);
  expect(code.match(/export\s*\{[^}]*\}/g)).toEqual([
    expect.stringMatching(/^export\{\S+ as createBeacon\}$/),
  ]);
});

test('the types lean on nothing that is not in the package', () => {
  const declarations = files.filter((path) => path.endsWith('.d.ts')).map((path) => path.split('/').at(-1));
  expect(declarations.length).toBeGreaterThan(1);
  for (const name of declarations) {
    const text = shipped(`dist/${name}`);
    const others = [...text.matchAll(/(?:from |import\()['"]([^'"]+)['"]/g)].map((match) => match[1]);
    expect(
      others.filter((other) => !declarations.includes(other?.replace(/^\.\/(.+)\.js$/, '$1.d.ts'))),
    ).toEqual([]);
  }
});

const SERVER_CODE = `
  const settings = { endpoint: 'https://collect.shop.example', key: 'k', consent: 'granted', debug: true };
  const beacon = createBeacon(settings);
  const returned = ['page', 'track', 'identify', 'consent', 'reset', 'ready', 'capture', 'listen'].map((name) =>
    typeof beacon[name]('Product Added', () => { throw new Error('called back'); }));
  let thrown;
  try { createBeacon({}); } catch (error) { thrown = String(error); }
  console.log(JSON.stringify({ id: beacon.anonymousId(), returned, thrown, timers: process.getActiveResourcesInfo() }));`;

test.for<{ how: string; name: string; line: string; node?: string }>([
  {
    how: 'imported by the Node of the machine',
    name: 'server.mjs',
    line: "import { createBeacon } from '@storebeacon/client';",
    node: MACHINE_NODE,
  },
  { how: 'imported', name: 'server.mjs', line: "import { createBeacon } from '@storebeacon/client';" },
  { how: 'required', name: 'server.cjs', line: "const { createBeacon } = require('@storebeacon/client');" },
  {
    how: 'imported where a window is pretended',
    name: 'shim.mjs',
    line: "globalThis.window = {}; const { createBeacon } = await import('@storebeacon/client');",
  },
])(
  'on a server, $how, it says nothing, does nothing and keeps nothing running',
  async ({ name, line, node }) => {
    const { said, stderr } = await runInNode(project, name, line + SERVER_CODE, node);
    expect(said).toEqual({
      id: '',
      returned: Array(8).fill('undefined'),
      thrown: 'TypeError: createBeacon needs text for: endpoint, key',
      timers: expect.not.arrayContaining(['Timeout']),
    });
    expect(stderr).toBe('');
  },
);

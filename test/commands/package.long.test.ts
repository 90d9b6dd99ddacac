import { cpSync, existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { requireNode } from '../../server/lib/version.ts';
import { createSandbox } from '../../server/sandbox/index.ts';
import { eventually } from '../support/eventually.ts';
import { ROOT } from '../support/fleet-process.ts';
import { npm, runNpm } from '../support/npm.ts';
import { basic, shopVariables, WRITE_KEY } from '../support/shop.ts';
import { tempDir } from '../support/temp-dir.ts';

/** An empty folder, and the package installed there from its tarball. */
const project = tempDir(afterAll);
let warnings: string;
beforeAll(async () => {
  const { stdout } = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', project], ROOT);
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  writeFileSync(join(project, 'package.json'), '{}');
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(productionLock()));
  const install = ['install', `./${filename}`, '--omit=dev', '--offline', '--no-audit', '--no-fund'];
  warnings = (await npm(install, project)).stderr;
});

/** With it npm finds the packages of our own installation in its cache, and asks no registry which versions there are. */
function productionLock() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const kept = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
  return { lockfileVersion: 3, packages: { '': {}, ...Object.fromEntries(kept) } };
}

const run = (command: readonly string[], variables: Record<string, unknown> = {}) =>
  runNpm(command, { cwd: project, variables });

test('P1: what production needs is less than 80 MB', () => {
  const files = globSync('node_modules/**/*', { cwd: project }).map((path) => statSync(join(project, path)));
  const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.blocks * 512 : 0), 0);
  expect(bytes / 1e6).toBeGreaterThan(10);
  expect(bytes / 1e6).toBeLessThan(80);
});

test('its installation warns of nothing', () => {
  expect(warnings).not.toMatch(/warn/i);
});

test('its commands explain themselves', async () => {
  await run(['npx', 'storebeacon', 'doctor', '--help']).appears(/^Usage: storebeacon (doctor)/);
});

test('an older Node is answered in words', () => {
  expect(() => requireNode('20.20.2')).toThrow('requires Node 26 or later; this is Node 20.20.2');
  expect(() => requireNode(process.versions.node)).not.toThrow();
});

test('P2: an order reaches TikTok; SIGTERM drains the collector, and it exits 0', async () => {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const { urls } = sandbox;
  const tiktok = Object.entries(shopVariables({ urls })).filter(
    ([name]) => !/^(CUSTOMERIO|SHOPLINE)_/.test(name),
  );
  const variables = {
    ...Object.fromEntries(tiktok),
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: tempDir(),
    ORDER_MERGE_SECONDS: '0',
  };
  const collector = run(['node_modules/.bin/storebeacon', 'start'], variables);
  const base = await collector.listening();
  expect(readFileSync(`/proc/${collector.pid}/cmdline`, 'utf8')).toContain('--max-semi-space-size=4');
  const answer = await fetch(`${base}/v1/track`, {
    method: 'POST',
    headers: { authorization: basic(WRITE_KEY) },
    body: JSON.stringify({
      event: 'Order Completed',
      anonymousId: 'a-1',
      properties: { order_id: '1001', total: 480, currency: 'TWD' },
      context: { userAgent: 'Mozilla/5.0', traits: { email: 'ann@example.com' } },
    }),
  });
  expect(answer.status).toBe(200);
  expect((await fetch(`${base}/s.js`)).status).toBe(200);
  const [order] = await eventually(
    () => sandbox.accepted('tiktok'),
    ({ length }) => length > 0,
  );
  expect(order).toMatchObject({ event: 'PlaceAnOrder', properties: { order_id: '1001', value: 480 } });
  await collector.terminate();
});

test('P2: the demo answers with its shop and the console; SIGTERM to npx ends it, whatever shell is between', async () => {
  const demo = run(['npx', 'storebeacon', 'demo'], { PORT: '0' });
  const base = await demo.appears(/(http:\/\/127\.0\.0\.1:\d+)[\s\S]*Ctrl-C/);
  for (const path of ['/demo/', '/demo/shop.js', '/console/']) {
    const answer = await fetch(base + path);
    expect([path, answer.status]).toEqual([path, 200]);
  }
  demo.kill();
  await demo.gone();
  await expect(fetch(base)).rejects.toThrow();
});

test('P1: `npm ci --omit=dev` in a checkout builds the snippet and the console, and keeps nothing of what builds', async () => {
  const checkout = tempDir();
  const sources = ['package.json', 'package-lock.json', 'rollup.config.mjs', 'tsconfig.json', 'LICENSE'];
  for (const path of [...sources, 'client', 'server', 'shared'])
    cpSync(join(ROOT, path), join(checkout, path), {
      recursive: true,
      filter: (from) => basename(from) !== 'dist' && basename(from) !== 'node_modules',
    });
  await npm(['ci', '--omit=dev', '--offline', '--no-audit', '--no-fund'], checkout);
  for (const built of ['client/dist/s.js', 'server/dist/storebeacon.js'])
    expect(existsSync(join(checkout, built))).toBe(true);
  for (const tool of ['rollup', 'typescript', '.build'])
    expect(existsSync(join(checkout, 'node_modules', tool))).toBe(false);
});

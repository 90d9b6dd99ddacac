import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rollup } from 'rollup';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const ENTRY = 'storebeacon/client';

/**
 * A shop's project: the package as `npm pack` makes it, unpacked where an installation would put it. Packs what was
 * built before; needs no network.
 */
export async function installClient(project: string): Promise<{ files: string[] }> {
  const home = join(project, 'node_modules/storebeacon');
  mkdirSync(home, { recursive: true });
  const options = ['--json', '--ignore-scripts', '--offline', '--pack-destination', project];
  const { stdout } = await run('npm', ['pack', ...options], { cwd: ROOT });
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  await run('tar', ['-xzf', join(project, filename), '-C', home, '--strip-components=1']);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', type: 'module' }));
  return { files: files.map(({ path }) => path) };
}

/** The shop's own code and what it imports of us, as one plain script. */
export async function bundleShop(project: string, code: string): Promise<string> {
  const { resolve } = createRequire(join(project, 'shop.js'));
  const bundle = await rollup({
    input: 'shop',
    plugins: [
      {
        name: 'shop',
        resolveId: (id) => (id === ENTRY ? resolve(id) : id),
        load: (id) => (id === 'shop' ? code : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'iife' });
  await bundle.close();
  return output[0].code;
}

/** Runs a program of the shop in a Node of its own. */
export async function runInNode(project: string, name: string, code: string) {
  writeFileSync(join(project, name), code);
  const { stdout, stderr } = await run(process.execPath, [name], { cwd: project });
  return { said: JSON.parse(stdout) as unknown, stderr };
}

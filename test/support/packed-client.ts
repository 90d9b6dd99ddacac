import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { rollup } from 'rollup';
import { CHILD_ENV } from './child-env.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');
const ENTRY = '@storebeacon/client';

/**
 * A shop's project: the package as `npm pack` makes it, unpacked where an installation would put it. Packs what was
 * built before; needs no network.
 */
export async function installClient(project: string): Promise<{ files: string[] }> {
  const home = join(project, 'node_modules', ENTRY);
  mkdirSync(home, { recursive: true });
  const options = ['--json', '--ignore-scripts', '--offline', '--pack-destination', project];
  const { stdout } = await run('npm', ['pack', ...options], { cwd: join(ROOT, 'client') });
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

/** The shop's own code as Vite builds it. */
export async function buildWithVite(project: string, code: string): Promise<string> {
  writeFileSync(join(project, 'index.html'), '<script type="module" src="/shop.js"></script>');
  writeFileSync(join(project, 'shop.js'), code);
  await run(process.execPath, [VITE, 'build', '--logLevel', 'error'], { cwd: project });
  return globSync(join(project, 'dist/assets/*.js'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

/** The Node of the machine, which may be an older one; without one, ours. */
export const MACHINE_NODE =
  process.env.PATH?.split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .find((path) => existsSync(path)) ?? process.execPath;

/** Runs a program of the shop in a Node of its own. */
export async function runInNode(project: string, name: string, code: string, node = process.execPath) {
  writeFileSync(join(project, name), code);
  const { PATH } = CHILD_ENV;
  const { stdout, stderr } = await run(node, [name], { cwd: project, env: { PATH } });
  return { said: JSON.parse(stdout) as unknown, stderr };
}

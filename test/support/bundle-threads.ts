import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');
/** The modules that run as threads of a collector, from the root of the project. */
const ENTRIES = {
  store: 'server/store/sqlite/worker.ts',
  checkpoints: 'server/store/sqlite/checkpoint-worker.ts',
  search: 'server/store/sqlite/search/worker.ts',
  postgres: 'server/store/postgres/worker.ts',
  postgresSearch: 'server/store/postgres/search-worker.ts',
  link: 'server/store/postgres/link-worker.ts',
  analytics: 'server/analytics/worker.ts',
};

/** Only types are removed. */
const COMPILER = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
/** Its 220 files are bundled as well. Other packages are few files, some of them CommonJS. */
const KYSELY = /^kysely(\/|$)/;

/**
 * Writes each thread of a collector as one file. Of hundreds of files, kysely's included, a thread takes 200 ms of CPU to
 * start, and a run of the tests starts thousands. The directory is named after the sources, so it is never outdated.
 *
 * @returns the file of the bundle by the URL of the module for which it stands.
 */
export async function bundleThreads(): Promise<Record<string, string>> {
  const sources = globSync('{server,shared}/**/*.ts', { cwd: ROOT }).toSorted();
  const hash = createHash('sha256')
    .update(ROOT)
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .update(JSON.stringify(ENTRIES));
  for (const path of sources) hash.update(path).update(readFileSync(join(ROOT, path)));
  const directory = join(ROOT, 'node_modules/.cache', `threads-${hash.digest('hex').slice(0, 16)}`);
  if (!existsSync(directory)) await write(directory);
  return Object.fromEntries(
    Object.entries(ENTRIES).map(([name, path]) => [
      pathToFileURL(join(ROOT, path)).href,
      pathToFileURL(join(directory, `${name}.mjs`)).href,
    ]),
  );
}

async function write(directory: string): Promise<void> {
  const { rollup } = await import('rollup');
  const bundle = await rollup({
    input: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(ROOT, path)])),
    external: (specifier) => !/^[./]/.test(specifier) && !KYSELY.test(specifier),
    logLevel: 'silent',
    plugins: [
      {
        name: 'as-node-reads-it',
        resolveId: (specifier) =>
          KYSELY.test(specifier) ? fileURLToPath(import.meta.resolve(specifier)) : null,
        transform: (code, id) =>
          id.endsWith('.ts') ? { code: ts.transpile(code, COMPILER), map: null } : null,
        resolveImportMeta: (property, { moduleId }) =>
          property === 'url' ? JSON.stringify(pathToFileURL(moduleId).href) : null,
      },
    ],
  });
  const unfinished = `${directory}.${process.pid}`;
  await bundle.write({ dir: unfinished, entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
  await bundle.close();
  // Another run may have written the same meanwhile.
  if (existsSync(directory)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, directory);
}

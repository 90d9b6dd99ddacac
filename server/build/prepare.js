import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** What builds, of the development dependencies. */
const TOOLS = [
  ...['rollup', '@rollup/plugin-terser', '@rollup/plugin-typescript', 'typescript', 'tslib'],
  ...['preact', 'uplot'],
];
const INSTALLED = 'node_modules';
const PLACE = join(INSTALLED, '.build');

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
/** @returns 0, or what the command ended with. */
const run = (command) => spawnSync(command, { stdio: 'inherit', shell: true }).status ?? 1;
const build = () => run('npm run --silent build');

/** Names of the packages in a folder, those with a scope included. */
const packagesIn = (folder) =>
  readdirSync(folder).flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(join(folder, name)).map((one) => `${name}/${one}`)
      : name.startsWith('.')
        ? []
        : name,
  );

/** `npm ci --omit=dev` leaves out what builds: it is there for the build alone, beside what stays. */
function buildWithoutDevelopment() {
  const { devDependencies } = readJson('package.json');
  const dependencies = Object.fromEntries(TOOLS.map((name) => [name, devDependencies[name]]));
  // What the lock file has beside them is left out.
  const packages = { ...readJson('package-lock.json').packages, '': { dependencies } };
  mkdirSync(PLACE, { recursive: true });
  writeFileSync(join(PLACE, 'package.json'), JSON.stringify({ private: true, dependencies }));
  writeFileSync(join(PLACE, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  const links = [];
  try {
    const failed = run(`npm install --prefix ${PLACE} --no-audit --no-fund --ignore-scripts`);
    if (failed) return failed;
    for (const name of packagesIn(join(PLACE, INSTALLED))) {
      const link = join(INSTALLED, name);
      if (existsSync(link)) continue;
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(process.cwd(), PLACE, INSTALLED, name), link);
      links.push(link);
    }
    return build();
  } finally {
    for (const path of [...links, PLACE]) rmSync(path, { recursive: true, force: true });
  }
}

// npm runs `postprepare` after an installation in a checkout. It would warn of a `prepare` wherever the package is installed.
process.exitCode = existsSync(join(INSTALLED, 'rollup')) ? build() : buildWithoutDevelopment();

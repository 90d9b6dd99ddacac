import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Vitest } from 'vitest/node';
import { startVitest } from 'vitest/node';
import { bundleThreads } from './support/bundle-threads.ts';
import { keepTempFilesInMemory } from './support/memory-dir.ts';

const USAGE = `node test/run.ts [--fast | --long] [--watch] [path …]
  (no option)  every test but the long ones
  --fast       pure and in-process tests: none tagged \`slow\`, none in Chromium
  --long       test files named *.long.test.ts: minutes, in Chromium or with many processes
  --watch      runs tests again whenever a file they import changes
  path         only test files whose path contains one of these texts
`;
const { values: options, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    fast: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit();
}

keepTempFilesInMemory();
// Thousands of collector threads start during a run: their code is compiled once, not each time.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../node_modules/.cache/node');
// In watch mode the sources change while the threads' bundles do not.
if (!options.watch) {
  const bundles = encodeURIComponent(JSON.stringify(await bundleThreads()));
  process.env.NODE_OPTIONS = `--import=${new URL(`support/bundled-threads.ts?${bundles}`, import.meta.url).href}`;
}

/** Tests with processes, browsers and real seconds fail when a machine is busy elsewhere. In CI each has one more try, which is printed. */
const retry = process.env.CI ? 1 : 0;
const LONG = '**/*.long.test.ts';
const IN_CHROMIUM = 'test/{browser,programs/bench-client,client-package}/**';
const ON_POSTGRES = 'test/**/*.postgres.test.ts';
const IN_JSDOM = 'test/{snippet,theme,client-package}/**';
/** Random values are the same in every run: `npm run fuzz` looks for new ones. */
const setupFiles = 'test/support/same-random-values.ts';
const project = (name: string, test: object) => ({ extends: true as const, test: { name, retry, ...test } });
/** Files whose tests are all slow are not even loaded. */
const isSlow = (path: string) => readFileSync(path, 'utf8').startsWith('// @module-tag slow');
const notFast = options.fast ? [IN_CHROMIUM, ...globSync('test/**/*.test.ts').filter(isSlow)] : [];
const usual = [
  // Each file has a page of its own; a VM context provides one in half the time of a process.
  project('pages', {
    include: [`${IN_JSDOM}/*.test.ts`],
    exclude: [LONG, ...notFast],
    isolate: true,
    pool: 'vmThreads',
  }),
  project('others', {
    include: ['test/**/*.test.ts'],
    exclude: [LONG, IN_JSDOM, ON_POSTGRES, ...notFast],
    setupFiles,
  }),
  project('PostgreSQL', {
    include: [ON_POSTGRES],
    exclude: notFast,
    setupFiles,
    globalSetup: 'test/support/postgres-for-tests.ts',
  }),
];
const long = [
  // Tests of real seconds in a browser fail when the machine is busy elsewhere; they have two more tries.
  project('Chromium', { include: [`${IN_CHROMIUM}/*.long.test.ts`], retry: 2 }),
  project('processes', { include: [`test/${LONG}`], exclude: [IN_CHROMIUM], setupFiles }),
];

const vitest = await startVitest(
  'test',
  filters,
  {
    config: 'test/vitest.config.ts',
    watch: options.watch,
    ...(options.fast && { tagsFilter: ['!slow'] }),
  },
  { test: { projects: options.long ? long : usual } },
);
if (!options.watch) {
  process.exitCode = report(vitest);
  await vitest.close();
}

/**
 * Prints what ran and the slowest files. A whole run fails when a test failed or was skipped, or when none ran in
 * Chromium.
 *
 * @returns the exit code.
 */
function report({ state }: Vitest): 0 | 1 {
  const modules = state.getTestModules();
  const tests = modules.flatMap((module) =>
    [...module.children.allTests()].map((test) => ({
      name: `${module.relativeModuleId} > ${test.fullName}`,
      state: test.result().state,
      isFlaky: test.diagnostic()?.flaky === true,
      isBrowser: module.relativeModuleId.startsWith('test/browser/'),
    })),
  );
  const count = (wanted: string) => tests.filter((test) => test.state === wanted).length;
  const inBrowser = tests.filter((test) => test.isBrowser && test.state === 'passed').length;
  const brokenModules = modules.filter((module) => module.errors().length > 0).length;
  const failed = count('failed') + brokenModules + state.getUnhandledErrors().length;
  const isWhole = filters.length === 0 && !options.fast;
  const problems = [
    failed > 0 && `${failed} failed`,
    !options.fast && count('skipped') > 0 && `${count('skipped')} skipped: every test must run`,
    isWhole && inBrowser === 0 && 'no browser test ran',
  ].filter((problem) => problem !== false);
  const slowest = modules
    .map((module) => ({ path: module.relativeModuleId, ms: module.diagnostic().duration }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 10);
  if (filters.length === 0)
    for (const { path, ms } of slowest) print(`${(ms / 1000).toFixed(1).padStart(6)} s  ${path}`);
  for (const { name, isFlaky } of tests) if (isFlaky) print(`flaky: passed at another try: ${name}`);
  print(`\n${count('passed') + count('failed')} tests ran, ${inBrowser} of them in Chromium`);
  for (const problem of problems) print(`problem: ${problem}`);
  const skipped = options.fast ? `${count('skipped')} slow ones left out` : `${count('skipped')} skipped`;
  print(`${count('passed')} passed, ${failed} failed, ${skipped}`);
  return problems.length > 0 ? 1 : 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

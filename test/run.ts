import { join } from 'node:path';
import { startVitest } from 'vitest/node';

// Thousands of collectors start here, each with threads of its own: read as TypeScript once, not each time.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../node_modules/.cache/node');

/** What takes minutes, in a browser or with many processes, has a run of its own: `npm run test:long`. */
const LONG = '**/*.long.test.ts';
const IN_CHROMIUM = 'test/{browser,programs/bench-client,client-package}/**';
const ON_A_PAGE = 'test/{snippet,theme,client-package}/**';
const [first, ...rest] = process.argv.slice(2);
const isLong = first === '--long';
const project = (name: string, test: object) => ({ extends: true as const, test: { name, ...test } });
/** What is told of real seconds in a browser is told again, twice, where a busy machine came between. */
const longProjects = [
  project('Chromium', { include: [`${IN_CHROMIUM}/*.long.test.ts`], retry: 2 }),
  project('processes', { include: [`test/${LONG}`], exclude: [IN_CHROMIUM] }),
];

/**
 * Runs every test and says how many ran. Fails when one failed, when one was skipped, or when no browser test ran:
 * a green line must mean that a real Chromium saw the snippet.
 */
const filters = isLong || first === undefined ? rest : [first, ...rest];
/** Files that share a worker would share its one page, too. */
const shortProjects = [
  project('pages', { include: [`${ON_A_PAGE}/*.test.ts`], exclude: [LONG], isolate: true }),
  project('others', { include: ['test/**/*.test.ts'], exclude: [LONG, ON_A_PAGE] }),
];
const only = { projects: isLong ? longProjects : shortProjects };
const vitest = await startVitest(
  'test',
  filters,
  { config: 'test/vitest.config.ts', watch: false },
  { test: only },
);
const tests = vitest.state.getTestModules().flatMap((module) =>
  [...module.children.allTests()].map((test) => ({
    state: test.result().state,
    isBrowser: module.relativeModuleId.startsWith('test/browser/'),
  })),
);
const brokenModules = vitest.state.getTestModules().filter((module) => module.errors().length > 0).length;
const errors = vitest.state.getUnhandledErrors().length;
await vitest.close();

const count = (state: string) => tests.filter((test) => test.state === state).length;
const inBrowser = tests.filter((test) => test.isBrowser && test.state === 'passed').length;
const isWhole = filters.length === 0;
const failed = count('failed') + brokenModules + errors;
const problems = [
  failed > 0 && `${failed} failed`,
  count('skipped') > 0 && `${count('skipped')} skipped: every test must run`,
  isWhole && inBrowser === 0 && 'no browser test ran',
].filter((problem) => problem !== false);
process.stdout.write(`\n${tests.length} tests ran, ${inBrowser} of them in Chromium\n`);
for (const problem of problems) process.stdout.write(`problem: ${problem}\n`);
process.stdout.write(`${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped\n`);
process.exitCode = problems.length > 0 ? 1 : 0;

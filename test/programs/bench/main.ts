import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatabaseServer, onEngine } from '../../support/database-server.ts';
import { optionsOrExit } from '../../support/options.ts';
import { startProgress } from '../../support/progress.ts';
import { together } from './audit.ts';
import { measureBacklog } from './backlog.ts';
import { measureCapacity } from './capacity.ts';
import { checkPromises } from './checks.ts';
import { measureDelivering } from './delivering.ts';
import { measureDrain } from './drain.ts';
import { measureEngines } from './engines.ts';
import { measureErase } from './erase.ts';
import { measureFairness } from './fairness.ts';
import { evaluate, type Figure, layOut } from './figures.ts';
import { measureGrowth } from './growth.ts';
import { measureIndexing } from './indexing.ts';
import { measureIngest } from './ingest.ts';
import { isPinned } from './launch.ts';
import { measureOpenConsole } from './open-console.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { measureStatistics } from './statistics.ts';
import { measureWebhooks } from './webhooks.ts';

/**
 * Measures the collector beside servers that discard what they receive. Speed is reported only; a broken promise makes
 * the program fail. `--help` lists the options.
 */
const PARTS = {
  ingest: measureIngest,
  delivering: measureDelivering,
  backlog: measureBacklog,
  drain: measureDrain,
  statistics: measureStatistics,
  growth: measureGrowth,
  webhooks: measureWebhooks,
  erase: measureErase,
  console: measureOpenConsole,
  indexing: measureIndexing,
  fairness: measureFairness,
  engines: measureEngines,
  capacity: measureCapacity,
};
const CHECK_SECONDS = 1;

const options = optionsOrExit(USAGE, readOptions);
const progress = startProgress();
const { say } = progress;
const root = mkdtempSync(join(tmpdir(), 'storebeacon-bench-'));
process.once('exit', () => rmSync(root, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

process.exitCode = (await onEngine(options.engine, (server) => run(options, server))) ? 0 : 1;
progress.stop();

/** True when every promise held; a goal that was missed is only said. */
async function run(options: Options, server: DatabaseServer | undefined): Promise<boolean> {
  say(
    `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}, ` +
      `${isPinned ? 'server on core 0, load and stand-ins on core 1' : 'NOT pinned to cores (no taskset, or one core)'}`,
  );
  progress.doing(() => 'checking that every answered event is stored, once, hashed and synced');
  const audits = [
    await inFreshDir((dataDir) => checkPromises({ ...options, dataDir, seconds: CHECK_SECONDS })),
  ];
  const figures: Figure[] = [];
  for (const part of options.sabotage === undefined ? options.parts : []) {
    progress.doing(() => part);
    const measured = await inFreshDir((dataDir) => PARTS[part]({ ...options, server }, dataDir, say));
    say(`\n${layOut(measured.figures)}\n`);
    figures.push(...measured.figures);
    audits.push(measured.audit);
  }
  const { promised, broken } = together(audits);
  const goals = figures.flatMap(({ goal }) => (goal ? [evaluate(goal)] : []));
  const missed = goals.filter((conclusion) => conclusion === 'missed').length;
  say(
    `bench: ${promised} events answered 200, ${
      broken.length > 0
        ? `BROKEN: ${broken.join('; ')}`
        : 'each in the log once, hashed, synced before its answer'
    }${goals.length > 0 ? `; ${goals.length - missed} of ${goals.length} goals reached` : ''}`,
  );
  return broken.length === 0;
}

async function inFreshDir<T>(work: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(root, 'data-'));
  try {
    return await work(dataDir);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

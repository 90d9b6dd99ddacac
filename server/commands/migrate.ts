import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { environment } from '../config/environment.ts';
import { readStoreConfig } from '../config/read-store.ts';
import { OperatorError } from '../lib/operator-error.ts';
import { runProgram } from '../lib/process.ts';
import { migrate } from './run-migration.ts';

const USAGE = `Usage: npm run migrate -- --to postgres [--ahead]
       npm run migrate -- --to sqlite [--ahead]

Copies the event log and the statistics from the data directory (DATA_DIR) to PostgreSQL (DATABASE_URL), or back, and compares
every row. Set both variables (or have them in CONFIG_FILE), and RETENTION_DAYS as the collector has it. The destination
has to be empty.

  --ahead   copies while the collector runs, and ends. Then stop the collector and start this command again
            without --ahead: it copies only what changed since.

It can be interrupted at any moment, and started again: it continues. The source stays as it is; once everything is
equal it is marked, so that no collector starts on it again.

Ends with 0 when everything was copied and is equal, 1 when not, 2 when it was called wrongly.
`;

function readArguments(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        to: { type: 'string' },
        ahead: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const to = (['postgres', 'sqlite'] as const).find((engine) => engine === values.to);
    if (to === undefined && !values.help) return { problem: '--to must be postgres or sqlite' };
    return { to, isAhead: values.ahead };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

async function main(args: readonly string[]): Promise<void> {
  const { problem, to, isAhead = false } = readArguments(args);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (to === undefined) return void process.stdout.write(USAGE);
  const config = readStoreConfig(environment(), (path) => readFileSync(path, 'utf8'));
  const { databaseUrl } = config;
  if (databaseUrl === undefined)
    throw new OperatorError('DATABASE_URL is missing: a migration needs it beside DATA_DIR.');
  const isDone = await migrate(
    { ...config, databaseUrl },
    {
      to,
      isAhead,
      nowMs: Date.now(),
      say: (line) => void process.stderr.write(`${line}\n`),
      print: (line) => void process.stdout.write(`${line}\n`),
    },
  );
  if (!isDone) process.exitCode = 1;
}

if (import.meta.main) await runProgram(() => main(process.argv.slice(2)));

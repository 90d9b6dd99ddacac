import { readFileSync } from 'node:fs';
import { environment } from '../config/environment.ts';
import { readStoreConfig } from '../config/read-store.ts';
import { readOptions, UsageError } from '../lib/arguments.ts';
import { OperatorError } from '../lib/operator-error.ts';
import type { Command } from './command.ts';
import { migrate } from './run-migration.ts';

const USAGE = `Usage: storebeacon migrate --to postgres [--ahead]
       storebeacon migrate --to sqlite [--ahead]

Copies the event log and the statistics from the data directory (DATA_DIR) to PostgreSQL (DATABASE_URL), or back, and compares
every row. Set both variables (or have them in CONFIG_FILE), and RETENTION_DAYS as the collector has it. The destination
has to be empty.

  --ahead   copies while the collector runs, and ends. Then stop the collector and start this command again
            without --ahead: it copies only what changed since.

It can be interrupted at any moment, and started again: it continues. The source stays as it is; once everything is
equal it is marked, so that no collector starts on it again.

Ends with 0 when everything was copied and is equal, 1 when not, 2 when it was called wrongly.
`;

const ENGINES = ['postgres', 'sqlite'] as const;

async function run(args: readonly string[]): Promise<void> {
  const options = { to: { type: 'string' }, ahead: { type: 'boolean', default: false } } as const;
  const { to: named, ahead: isAhead } = readOptions(args, options);
  const to = ENGINES.find((engine) => engine === named);
  if (to === undefined) throw new UsageError('--to must be postgres or sqlite');
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

export const command: Command = { usage: USAGE, run };

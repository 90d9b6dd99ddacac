import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { environment } from '../config/environment.ts';
import { readStoreConfig } from '../config/read-store.ts';
import { readArgument } from '../lib/arguments.ts';
import type { Command } from './command.ts';
import { backUp } from './run-backup.ts';

const USAGE = `Usage: storebeacon backup FOLDER

Writes what the collector has stored into FOLDER, which has to be empty or absent: the event log and the statistics as they
are at one moment, and backup.json with their sums. The collector may run. It reads DATA_DIR, or DATABASE_URL where it is set,
and RETENTION_DAYS, from the environment or CONFIG_FILE. Run it as the user that the collector has.

The folder holds what DATA_DIR holds: pseudonymous personal data, and encrypted PII without its keys. storebeacon restore reads it.

Of PostgreSQL every row is read twice. Where that takes too long, use pg_dump or a base backup with archived WAL: any of
them taken while collectors run restores to a consistent log.

Ends with 0 when the backup is whole, 1 when not, 2 when it was called wrongly.
`;

async function run(args: readonly string[]): Promise<void> {
  const folder = readArgument(args, 'folder');
  const config = readStoreConfig(environment(), (path) => readFileSync(path, 'utf8'));
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const { events, from, madeAt } = await backUp(config, folder, { now: Date.now, say });
  process.stdout.write(
    `backup: ${from} as it was at ${madeAt} is in ${resolve(folder)}: ${events.count.toLocaleString('en')} events\n`,
  );
}

export const command: Command = { usage: USAGE, run };

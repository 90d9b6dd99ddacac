import { readFileSync } from 'node:fs';
import { environment } from '../config/environment.ts';
import { readStoreConfig } from '../config/read-store.ts';
import { readArgument } from '../lib/arguments.ts';
import { restoreBackup } from '../store/backup/restore.ts';
import { nameOfDataDir } from '../store/migrate/data-dir.ts';
import type { Command } from './command.ts';

const USAGE = `Usage: storebeacon restore FOLDER

Copies a backup that storebeacon backup has made into DATA_DIR, which has to be empty or absent, and compares the copies with the
sums in backup.json. Run it as the user that the collector has.

With DATABASE_URL it is restored to DATA_DIR, too. Then storebeacon migrate --to postgres copies it to an empty database.

What was accepted after the backup is not in it. Erase again whoever was erased since.

Ends with 0 when everything was restored, 1 when nothing was, 2 when it was called wrongly.
`;

async function run(args: readonly string[]): Promise<void> {
  const folder = readArgument(args, 'folder');
  const { dataDir, databaseUrl } = readStoreConfig(environment(), (path) => readFileSync(path, 'utf8'));
  const { from, madeAt, events } = await restoreBackup(folder, dataDir);
  const next =
    databaseUrl === undefined
      ? 'Start the collector.'
      : 'storebeacon migrate --to postgres copies it to DATABASE_URL.';
  process.stdout.write(
    `restore: ${nameOfDataDir(dataDir)} is ${from} as it was at ${madeAt}: ${events.count.toLocaleString('en')} events. Erase again whoever was erased since. ${next}\n`,
  );
}

export const command: Command = { usage: USAGE, run };

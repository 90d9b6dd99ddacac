import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { CONSENT_FUNCTIONS } from '../../server/store/sqlite/upgrade/schema.ts';
import { rowsOf } from './rows-of.ts';
import { tempDir } from './temp-dir.ts';

/** A data directory with the store of `test/store/version-<version>.sql`, as that version wrote it. */
export function createFormerStore(version: number): string {
  const former = readFileSync(new URL(`../store/version-${version}.sql`, import.meta.url), 'utf8');
  const dataDir = tempDir();
  const database = new DatabaseSync(join(dataDir, 'store.db'));
  database.exec(`PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; BEGIN; ${former} COMMIT;`);
  database.close();
  return dataDir;
}

/**
 * Expects that a process which is killed within the upgrade leaves the store as it was: what is opened then has the rows of one
 * that was upgraded whole.
 *
 * @param upgrade its statements. @param open upgrades the directory. @param every how many statements lie between two kills.
 */
export async function expectKillsToUndo(
  version: number,
  upgrade: string,
  open: (dataDir: string) => Promise<{ log: { close(): Promise<void> } }>,
  every = 1,
): Promise<void> {
  const whole = createFormerStore(version);
  await (await open(whole)).log.close();
  const expected = rowsOf(whole);
  const statements = upgrade
    .replace(/--.*$/gm, '')
    .split(/;(?!\s*END\b)/)
    .filter((sql) => sql.trim() !== '');
  for (let cut = 1; cut <= statements.length; cut += every) {
    const dataDir = createFormerStore(version);
    const database = new DatabaseSync(join(dataDir, 'store.db'));
    for (const [name, compute] of Object.entries(CONSENT_FUNCTIONS))
      database.function(name, compute as (...values: unknown[]) => string);
    // So few pages in memory that what is not committed is in the write-ahead log too.
    database.exec('PRAGMA cache_size = 2; BEGIN');
    for (const sql of statements.slice(0, cut)) database.exec(sql);
    const killed = tempDir();
    cpSync(dataDir, killed, { recursive: true });
    database.close();
    await (await open(killed)).log.close();
    expect(rowsOf(killed)).toEqual(expected);
  }
}

import { type Connection, prepare } from './sqlite/prepare.ts';

/**
 * What a log has among its facts while it is filled by a migration, and once it was migrated to another place: then no
 * collector opens it, or what is stored would be divided among two.
 */
export interface MigrationMark {
  state: 'copying' | 'moved';
  /** Places in words: `DATA_DIR /data`, `PostgreSQL at host/database`. */
  from: string;
  to: string;
  /** Which log it is: the digest of its witness key. */
  log: string;
  /** When it began to be copied, or was moved: ISO 8601. */
  at: string;
}

/** Its name among the facts. */
export const MARK_NAME = 'migration';

export function readMark(connection: Connection): MigrationMark | undefined {
  const found = prepare<{ value: string }>(connection, 'SELECT value FROM facts WHERE name = ?').get(
    MARK_NAME,
  );
  return found && (JSON.parse(found.value) as MigrationMark);
}

export function writeMark(connection: Connection, mark: MigrationMark): void {
  prepare(
    connection,
    'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  ).run(MARK_NAME, JSON.stringify(mark));
}

export function removeMark(connection: Connection): void {
  prepare(connection, 'DELETE FROM facts WHERE name = ?').run(MARK_NAME);
}

/** Why no collector opens the log, and what to do. */
export const describeMark = ({ state, from, to, at }: MigrationMark): string =>
  state === 'copying'
    ? `${to} is being filled from ${from} by storebeacon migrate, which has not ended. Run it again: it continues.`
    : `${from} was migrated to ${to} at ${at}, and what was stored since is there. Start the collector with that place. To go back, migrate into another one; to use this one as it was then, remove the row '${MARK_NAME}' from its table facts.`;

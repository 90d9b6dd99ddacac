import type { Connection } from '../prepare.ts';

/** The database of the index: SQLite's file, or a schema of PostgreSQL. Its statements call the tables of the log `store.…`. */
export interface IndexTables {
  connection: Connection;
  /** Runs work that writes: all of it or nothing, in one snapshot of index and log, and one at a time. */
  transaction<T>(work: () => T): T;
  /** Runs work that reads, in one snapshot of index and log. */
  snapshot<T>(read: () => T): T;
  /** Calls `forget` in transactions and snapshots that follow a write of another process, before their work. */
  onForeignWrite?(forget: () => void): void;
  /** Whether the tables themselves are at fault, so that they are to be built anew. */
  isDamage(error: unknown): boolean;
  /** Overwrites what was removed, so that no file holds it any more. */
  forget(): Generator<undefined, void>;
  /** Returns the space of what was removed, in small steps. */
  shrink(): Generator<undefined, void>;
  close(): void;
}

/** The index as it was found. `rebuilt`: why it begins anew; absent where it continues. */
export interface OpenIndex {
  tables: IndexTables;
  rebuilt?: string;
}

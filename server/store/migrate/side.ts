import type { Connection } from '../sqlite/prepare.ts';

/** One database as a migration reads or writes it: the log's, or that of the statistics. */
export interface Side {
  engine: 'sqlite' | 'postgres';
  connection: Connection;
  /** All of it or nothing; durable once it returns. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** By table: the highest number that it ever gave a row, as decimal text. */
export type Counters = ReadonlyMap<string, string>;

/** The database of the log. */
export interface LogSide extends Side {
  /** Its place in words: `DATA_DIR /data`. */
  place: string;
  counters(): Counters;
  /** In a transaction. No number up to these, or of a row that is there, is given again. */
  setCounters(counters: Counters): void;
  /** After the last transaction: what the engine keeps beside the tables. */
  finish(): void;
}

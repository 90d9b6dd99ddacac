import type { Claim } from '../jobs.ts';
import type { Consumer, Durability, Gap } from '../store.ts';
import type { Dedup, Windows } from './dedup-keys.ts';
import type { Connection } from './prepare.ts';

/** A configured consumer in memory. `waiting` and `deadLetters` count its unsettled events and its dead letters. */
export interface ConsumerState extends Omit<Consumer, 'audience'> {
  /** The bit of its audience. */
  audience: number;
  id: number;
  cursor: number;
  /** Events of trusted voices up to this one were leased ahead of the cursor. */
  trustedCursor: number;
  waiting: number;
  deadLetters: number;
  /**
   * A requeue under way: every retry above `requeuedTo`, up to `requeueEnd`, becomes due as leases reach it, so that
   * neither `requeueNow` nor a restart updates a million rows at once.
   */
  requeuedTo: number;
  requeueEnd: number;
  /** Leases above `resumedTo`, up to `resumeEnd`, are of an earlier process and are requeued too. */
  resumedTo: number;
  resumeEnd: number;
  /** Fencing number: grows when another process takes it over; what was leased under an earlier one settles nothing. */
  fence: number;
  /** What its worker said of itself; empty where one process has the tables to itself. */
  state: string;
}

/** The open file and the state kept in memory beside it. */
export interface OpenStore {
  connection: Connection;
  /** All or nothing, in the file and in the consumers' states. */
  transaction<T>(work: () => T): T;
  /** Registers further state in memory that must follow the transactions. */
  joinTransactions(member: Member): void;
  /** The number of an event that is being stored, in the order of commits. */
  nextSeq(): number;
  /** Of a new row of this table; null: the table assigns it. */
  nextId(table: string): number | null;
  /** Several processes share the tables, and reading them is a round trip. */
  isShared: boolean;
  /** Whether this process delivers for it. */
  isOwned(consumer: ConsumerState): boolean;
  /** Whether no other process has taken the job over since. */
  hasJob(claim: Claim): boolean;
  /** For deliveries that other processes have leased. @param key `shop\nsubject` of who denied something. */
  recordDenial(key: string): void;
  /** What other processes recorded of that since the last call. */
  foreignDenials(): string[];
  /** @throws {RangeError} for a name the log was not opened with. */
  consumer(name: string): ConsumerState;
  consumers: readonly ConsumerState[];
}

export interface Member {
  begin(): void;
  rollback(): void;
  /** Another process wrote to the tables: what memory holds of them may be outdated. */
  forget?(): void;
}

/** Where several processes share the tables: a consumer's state is in its row, and one process delivers for it. */
export interface SharedConsumers {
  /** Reads the states that other processes changed since this one's last transaction. */
  refresh(states: readonly ConsumerState[]): void;
  /** A transaction failed: the next refresh reads all of them. */
  forget(): void;
  /** Writes a state that this transaction changed. */
  save(state: ConsumerState): void;
  /** Whether this process delivers for it. */
  isOwned(consumer: ConsumerState): boolean;
  /** Whether no other process has taken the job over since. */
  hasJob(claim: Claim): boolean;
  recordDenial(key: string): void;
  foreignDenials(): string[];
}

/** What was found at this start. `highWaterMarkLost`: there are events, but their mark is absent or damaged. */
export interface Found {
  gap?: Gap;
  highWaterMarkLost: boolean;
}

/** The database that holds the tables: SQLite's file, or PostgreSQL. */
export interface Tables {
  connection: Connection;
  /**
   * Runs `work` in one transaction, all of it or nothing. Once this returns, its writes survive a power cut.
   *
   * @param work `isForeign`: another process has written since the last transaction of this one.
   */
  transaction<T>(work: (isForeign: boolean) => T): T;
  /** Absent: one process has the tables to itself. */
  shared?: SharedConsumers;
  /** Keys of the tables' own kind; absent: those of SQLite. */
  createDedup?(store: OpenStore, windows: Windows): Dedup;
  /** The number of an event that is being stored, in the order of commits. */
  nextSeq(): number;
  /** The id of a new row, where it is known before the table answers; absent: the table assigns it. */
  nextId?(table: string): number;
  /** The number of the newest event that was ever stored; 0: none. */
  assignedSeq(): number;
  /** Once the consumers are loaded: what is known to be lost, and the transaction that keeps knowing it. */
  begin(store: OpenStore): { found: Found; transaction<T>(work: () => T): T };
  durability(): Durability;
  /** Overwrites what was removed, so that no file holds it any more. */
  forget(): Generator<undefined, void>;
  /** Returns the space of what was removed, in small steps. */
  shrink(): Generator<undefined, void>;
  close(): void | Promise<void>;
}

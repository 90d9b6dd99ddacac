import type { Consumer, Durability, Gap } from '../store.ts';
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
}

/** The open file and the state kept in memory beside it. */
export interface OpenStore {
  connection: Connection;
  /** All or nothing, in the file and in the consumers' states. */
  transaction<T>(work: () => T): T;
  /** Registers further state in memory that must follow the transactions. */
  joinTransactions(member: Member): void;
  /** @throws {RangeError} for a name the log was not opened with. */
  consumer(name: string): ConsumerState;
  consumers: readonly ConsumerState[];
}

export interface Member {
  begin(): void;
  rollback(): void;
}

/** What was found at this start. `highWaterMarkLost`: there are events, but their mark is absent or damaged. */
export interface Found {
  gap?: Gap;
  highWaterMarkLost: boolean;
}

/** The database that holds the tables: SQLite's file, or PostgreSQL. */
export interface Tables {
  connection: Connection;
  /** Runs `work` in one transaction, all of it or nothing. Once this returns, its writes survive a power cut. */
  transaction<T>(work: () => T): T;
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

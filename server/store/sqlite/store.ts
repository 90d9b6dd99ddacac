import type { DatabaseSync } from 'node:sqlite';
import type { Consumer } from '../event-log.ts';
import { type Database, prepare } from './database.ts';

/** A configured consumer in memory. `waiting` and `deadLetters` count its unsettled events and its dead letters. */
export interface ConsumerState extends Consumer {
  id: number;
  cursor: number;
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
export interface Store {
  connection: DatabaseSync;
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

export function createStore(database: Database, configured: readonly Consumer[]): Store {
  const { connection } = database;
  const consumers = database.transaction(() =>
    configured.map((consumer) => loadConsumer(connection, consumer)),
  );
  const byName = new Map(consumers.map((consumer) => [consumer.name, consumer]));
  if (byName.size < consumers.length) throw new RangeError('two consumers have the same name');

  const members: Member[] = [];
  return {
    connection,
    consumers,
    joinTransactions: (member) => void members.push(member),
    transaction(work) {
      for (const member of members) member.begin();
      const before = consumers.map((consumer) => ({ ...consumer }));
      try {
        return database.transaction(work);
      } catch (error) {
        for (const [index, consumer] of consumers.entries()) Object.assign(consumer, before[index]);
        for (const member of members) member.rollback();
        throw error;
      }
    },
    consumer(name) {
      const found = byName.get(name);
      if (!found) throw new RangeError(`unknown consumer ${name}`);
      return found;
    },
  };
}

/**
 * A consumer new to the log starts at its end. After a restart nothing is leased, and everything that waited is due
 * before what is new, oldest first, so that an identify is delivered before its tracks.
 */
function loadConsumer(connection: DatabaseSync, consumer: Consumer): ConsumerState {
  const { name, shop } = consumer;
  prepare(
    connection,
    `INSERT INTO consumers (name, shop, cursor)
     VALUES (?, ?, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0))
     ON CONFLICT DO NOTHING`,
  ).run(name, shop);
  const state = prepare<{ id: number; cursor: number; waiting: number; deadLetters: number }>(
    connection,
    `SELECT id, cursor,
       (SELECT count(*) FROM events WHERE events.shop = consumers.shop AND events.seq > consumers.cursor)
         + (SELECT count(*) FROM deliveries WHERE consumer = consumers.id) AS waiting,
       (SELECT count(*) FROM dead_letters WHERE consumer = consumers.id) AS deadLetters
     FROM consumers WHERE name = ? AND shop = ?`,
  ).get(name, shop);
  if (!state) throw new Error(`consumer ${name} was not stored`);
  const { cursor } = state;
  return { ...consumer, ...state, requeuedTo: 0, requeueEnd: cursor, resumedTo: 0, resumeEnd: cursor };
}

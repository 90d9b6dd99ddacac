import type { Connection, Value } from '../sqlite/prepare.ts';
import { toStorable } from '../storable.ts';
import { openLink, type Statement } from './link.ts';
import { toPostgres } from './to-postgres.ts';
import { createWriteQueue, toWrite } from './write-queue.ts';

export interface PostgresConnection extends Connection {
  /** Begins a transaction; nothing is sent before a statement needs an answer. @param mode as in `BEGIN mode`. */
  begin(mode?: string): void;
  commit(): void;
  /** Never throws: without a connection there is nothing to roll back. */
  rollback(): void;
  /** The transaction has changed something. */
  readonly hasWritten: boolean;
  close(): void;
}

const STORE = /\bstore\.(?=[a-z_])/g;
const IS_WRITE = /^\s*(INSERT|UPDATE|DELETE|WITH[\s\S]*\b(INSERT|UPDATE|DELETE)\b)/;

/**
 * A connection whose answers are waited for. In a transaction, what needs no answer is sent with the next statement that
 * does: a transaction that only writes is one round trip.
 *
 * @param schema of the tables. @param store of those that statements call `store.…`.
 */
export function openConnection(url: string, schema: string, store = schema): PostgresConnection {
  const link = openLink(url, schema);
  const beginning = (mode = ''): Statement => ({ text: `BEGIN ${mode}`, values: [] });
  const COMMIT: Statement = { text: 'COMMIT', values: [] };
  let prepared = 0;
  const queue = createWriteQueue();
  let isTransaction = false;
  /** The server knows of the transaction. */
  let isBegun = false;
  let hasWritten = false;

  function sendQueued(last: Statement) {
    const statements = [...queue.flush(), last];
    const isBegin = !isBegun;
    isBegun = true;
    return link.run({ statements, isBegin });
  }
  function send(statement: Statement) {
    if (isTransaction) return sendQueued(statement);
    return link.run({
      statements: [beginning(), statement, COMMIT],
      isBegin: true,
      answer: 1,
    });
  }
  function end(): void {
    queue.clear();
    isTransaction = false;
    isBegun = false;
  }

  return {
    get isTransaction() {
      return isTransaction;
    },
    get hasWritten() {
      return hasWritten;
    },
    begin(mode) {
      queue.clear();
      queue.add(beginning(mode), []);
      isTransaction = true;
      hasWritten = false;
    },
    commit() {
      sendQueued(COMMIT);
      end();
    },
    rollback() {
      queue.clear();
      try {
        if (isBegun)
          link.run({
            statements: [{ text: 'ROLLBACK', values: [] }],
            isBegin: false,
          });
      } catch {
        // The connection is lost: the server rolls back by itself.
      }
      end();
    },
    exec: (sql) => void send({ text: sql, values: [] }),
    prepare(sql) {
      const text = toPostgres(sql).replaceAll(STORE, `${store}.`);
      const isWrite = IS_WRITE.test(text);
      const name = `s${++prepared}`;
      const written = toWrite(name, text);
      const toStatement = (values: Value[]): Statement => {
        if (isWrite) hasWritten = true;
        return { name, text, values: values.map(toStorable) };
      };
      return {
        all: (...values) => send(toStatement(values)).rows,
        get: (...values) => send(toStatement(values)).rows[0],
        run: (...values) => send(toStatement(values)),
        write(...values) {
          const statement = toStatement(values);
          if (isTransaction) queue.add(written, statement.values);
          else send(statement);
        },
      };
    },
    close: link.close,
  };
}

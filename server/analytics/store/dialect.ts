import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { type Dialect, SqliteDialect } from 'kysely';

/** Prepared once each; more different ones than this are prepared again when they come back. */
const MOST_STATEMENTS = 400;

/** Kysely over a connection that is opened, and closed, elsewhere. */
export function sqliteDialect(connection: DatabaseSync): Dialect {
  const statements = new Map<string, StatementSync>();
  const prepared = (text: string): StatementSync => {
    const known = statements.get(text);
    if (known) return known;
    if (statements.size >= MOST_STATEMENTS) statements.clear();
    const statement = connection.prepare(text);
    statements.set(text, statement);
    return statement;
  };
  return new SqliteDialect({
    database: {
      prepare(text) {
        const statement = prepared(text);
        const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
        return {
          reader: statement.columns().length > 0,
          all: (parameters) => statement.all(...values(parameters)),
          // A full disk has made SQLite roll back by itself.
          run: (parameters) =>
            text === 'rollback' && !connection.isTransaction
              ? { changes: 0, lastInsertRowid: 0 }
              : statement.run(...values(parameters)),
          iterate: (parameters) => statement.iterate(...values(parameters)) as IterableIterator<unknown>,
        };
      },
      close() {},
    },
  });
}

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { type Dialect, SqliteDialect } from 'kysely';

/** Prepared statements in the cache; a full cache is emptied. */
const MAX_STATEMENTS = 400;

/** Kysely over a connection that its caller opens and closes. */
export function sqliteDialect(connection: DatabaseSync): Dialect {
  const statements = new Map<string, StatementSync>();
  const prepared = (text: string): StatementSync => {
    const known = statements.get(text);
    if (known) return known;
    if (statements.size >= MAX_STATEMENTS) statements.clear();
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
          // On a full disk SQLite has rolled back already.
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

export type Value = null | number | bigint | string | Uint8Array;

/** What the tables are read and written through. `node:sqlite` has it, and PostgreSQL's connection. */
export interface Connection {
  prepare(sql: string): {
    all(...values: Value[]): unknown[];
    get(...values: Value[]): unknown;
    run(...values: Value[]): { changes: number | bigint; lastInsertRowid?: number | bigint };
    /** As `run`, where a connection can send it with a later statement. */
    write?(...values: Value[]): void;
  };
  exec(sql: string): void;
  readonly isTransaction: boolean;
}

/** One prepared statement with the shape of its rows. */
export interface Query<Row> {
  all(...parameters: Value[]): Row[];
  get(...parameters: Value[]): Row | undefined;
  /** Within a transaction it may be sent with a later statement, and fails with that. */
  run(...parameters: Value[]): void;
  /** Returns how many rows changed. */
  changed(...parameters: Value[]): number;
  /** Returns the number that SQLite gave the inserted row. RETURNING would take four times as long. */
  inserted(...parameters: Value[]): number;
}

/**
 * SQLite plans a statement by the value of a LIMIT that is a parameter, and so anew each time it is run, which takes 30 us;
 * not by that of a sum.
 */
const withAnyLimit = (sql: string): string => sql.replace(/\bLIMIT (\?\d*)/g, 'LIMIT $1 + 0');

export function prepare<Row = never>(connection: Connection, sql: string): Query<Row> {
  const statement = connection.prepare(withAnyLimit(sql));
  return {
    all: (...parameters) => statement.all(...parameters) as Row[],
    get: (...parameters) => statement.get(...parameters) as Row | undefined,
    run(...parameters) {
      if (statement.write) statement.write(...parameters);
      else statement.run(...parameters);
    },
    changed: (...parameters) => Number(statement.run(...parameters).changes),
    inserted: (...parameters) => Number(statement.run(...parameters).lastInsertRowid),
  };
}

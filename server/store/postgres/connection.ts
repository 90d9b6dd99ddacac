import type { Connection, Value } from '../sqlite/prepare.ts';
import { openLink, type Statement } from './link.ts';

/** Texts and names in quotes, parameters, and names in camel case, which PostgreSQL would fold to small letters. */
const PARTS = /'(?:[^']|'')*'|"[^"]*"|\?(\d*)|\b[a-z]+(?:[A-Z][a-z0-9]*)+\b/g;
/** What only SQLite needs: the name of its own file, hints for its planner, its way to say that there is no limit. */
const HINTS = /\bmain\.| INDEXED BY \w+| LIMIT -1(?= OFFSET)|\+(?=[a-z_.]+ =)/g;

/** A statement with SQLite's parameters, `?` and `?1`, as PostgreSQL reads it. */
export function toPostgres(sql: string): string {
  let next = 0;
  return sql.replace(HINTS, '').replace(PARTS, (part, number?: string) => {
    if (part.startsWith('?')) return `$${number || ++next}`;
    return /^['"]/.test(part) ? part : `"${part}"`;
  });
}

export interface PostgresConnection extends Connection {
  /** Several statements without parameters. */
  script(sql: string): void;
  close(): void;
}

/**
 * A connection whose answers are waited for. In a transaction, what needs no answer is sent with the next statement that
 * does: a transaction that only writes is one round trip.
 */
export function openConnection(url: string, schema: string): PostgresConnection {
  const link = openLink(url, [`SET search_path TO ${schema}`]);
  let queued: Statement[] = [];
  let isTransaction = false;

  function send(text: string, values: Value[] = []) {
    const statements = [...queued, { text, values }];
    queued = [];
    return link.run(statements);
  }
  function end(sql: 'COMMIT' | 'ROLLBACK'): void {
    isTransaction = false;
    // Nothing was sent yet: there is nothing to end.
    const isBegun = queued[0]?.text !== 'BEGIN';
    if (sql === 'ROLLBACK') queued = [];
    if (isBegun || queued.length > 1) send(sql);
    queued = [];
  }

  return {
    get isTransaction() {
      return isTransaction;
    },
    exec(sql) {
      if (sql === 'BEGIN') {
        queued = [{ text: sql, values: [] }];
        isTransaction = true;
      } else if (sql === 'COMMIT' || sql === 'ROLLBACK') end(sql);
      else send(sql);
    },
    script: (sql) => void send(sql),
    prepare(sql) {
      const text = toPostgres(sql);
      return {
        all: (...values) => send(text, values).rows,
        get: (...values) => send(text, values).rows[0],
        run: (...values) => send(text, values),
        write(...values) {
          if (isTransaction) queued.push({ text, values });
          else send(text, values);
        },
      };
    },
    close: link.close,
  };
}

import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createErase } from '../../server/store/sqlite/erase.ts';
import { createFindPerson } from '../../server/store/sqlite/find-person.ts';
import type { OpenStore } from '../../server/store/sqlite/open-store.ts';
import { createEveryRow } from '../../server/store/sqlite/person-rows.ts';
import { SCHEMA } from '../../server/store/sqlite/schema.ts';

/** What an erasure runs, for each id or each page of a table. */
function erasureStatements(database: DatabaseSync): string[] {
  const statements: string[] = [];
  const connection = {
    prepare(sql: string) {
      statements.push(sql);
      return database.prepare(sql);
    },
  };
  const store = { connection, transaction: (work: () => unknown) => work() } as unknown as OpenStore;
  createFindPerson({ connection: store.connection, schema: 'main' }, createEveryRow(store.connection));
  createErase(store, { consents: { forget: () => {} } } as unknown as Parameters<typeof createErase>[1]);
  return statements;
}

test('an erasure reads each table once: no statement sorts, or goes through all rows of a shop', () => {
  const database = new DatabaseSync(':memory:');
  database.exec(SCHEMA);
  const statements = erasureStatements(database);
  expect(statements.length).toBeGreaterThan(10);
  const costly = statements.filter((sql) => {
    const count = sql.match(/\?\d/) ? new Set(sql.match(/\?\d/g)).size : sql.split('?').length - 1;
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...Array(count).fill(1));
    return plan.some(({ detail }) => /TEMP B-TREE|\(shop=\?\)$|^SCAN (?!json_each)/.test(String(detail)));
  });
  expect(costly).toEqual([]);
});

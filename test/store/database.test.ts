import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../server/store/sqlite/database.ts';
import { tempDir } from '../support/temp-dir.ts';

function open() {
  const database = openDatabase({
    dataDir: tempDir(),
    name: 'some',
    schema: 'CREATE TABLE numbers (n INTEGER NOT NULL)',
    version: 1,
  });
  onTestFinished(() => database.close());
  return database;
}

test.each([
  { promise: 'every commit is synced to the disk', pragma: 'synchronous', value: 2 },
  { promise: 'on macOS through the drive cache', pragma: 'fullfsync', value: 1 },
  { promise: 'readers do not stop writers', pragma: 'journal_mode', value: 'wal' },
  { promise: 'what is deleted is overwritten', pragma: 'secure_delete', value: 1 },
  { promise: 'free pages can be given back', pragma: 'auto_vacuum', value: 2 },
])('$promise', ({ pragma, value }) => {
  const { connection } = open();
  expect(Object.values(connection.prepare(`PRAGMA ${pragma}`).get() ?? {})).toEqual([value]);
});

test('a transaction that throws leaves nothing behind, and the next one works', () => {
  const { connection, transaction } = open();
  const insert = () => connection.exec('INSERT INTO numbers VALUES (1)');
  const failing = () =>
    transaction(() => {
      insert();
      throw new Error('half way');
    });
  expect(failing).toThrow('half way');
  transaction(insert);
  expect(connection.prepare('SELECT count(*) AS rows FROM numbers').get()).toEqual({ rows: 1 });
});

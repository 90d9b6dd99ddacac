// @module-tag slow
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { openSqliteAnalytics } from '../../server/analytics/store/open-sqlite.ts';
import { tempDir } from '../support/temp-dir.ts';
import { DAY, describeAnalytics, NONE, NOW, orderReport, touch, visit, visitor } from './suite.ts';

const dataDir = tempDir(afterAll);
describeAnalytics('on SQLite', (parts) => openSqliteAnalytics(dataDir, parts));

test('erased ids are in no file', async () => {
  const directory = tempDir();
  const shops = { shop: { currency: 'TWD', attributionMs: 7 * DAY } };
  const store = await openSqliteAnalytics(directory, { shops });
  const name = 'very-particular-visitor';
  await store.transaction((state) =>
    state.apply(
      'shop',
      {
        ...NONE,
        links: [{ one: `a:${name}`, other: `u:${name}-user`, receivedAtMs: NOW }],
        touches: [touch('t', { people: [`a:${name}`] })],
        visits: [visit('t', `a:${name}`)],
        actions: [{ id: 'message:x', kind: 'cart', people: [`a:${name}`], atMs: NOW, receivedAtMs: NOW }],
        orderReports: [orderReport('o', { people: [`u:${name}-user`] })],
        messages: [
          {
            deliveryId: 'd',
            metric: 'sent',
            person: `u:${name}-user`,
            journeyId: 'j',
            flowId: 'F',
            atMs: NOW,
            receivedAtMs: NOW,
          },
        ],
      },
      [visitor(name)],
    ),
  );
  const holds = () =>
    readdirSync(directory).filter((file) => readFileSync(join(directory, file)).includes(name));
  expect(holds(), 'it is there to begin with').toContain('analytics.db-wal');
  await store.transaction((state) =>
    state.erase('shop', { people: [`a:${name}`, `u:${name}-user`], orders: ['1'], messageIds: ['x'] }),
  );
  expect(holds(), 'while it runs').toEqual([]);
  await store.close();
  expect(holds()).toEqual([]);
});

test('a file of a newer version is refused, and stays as it is', async () => {
  const directory = tempDir();
  const shops = { shop: { currency: 'TWD', attributionMs: DAY } };
  await (await openSqliteAnalytics(directory, { shops })).close();
  const { DatabaseSync } = await import('node:sqlite');
  const file = new DatabaseSync(join(directory, 'analytics.db'));
  file.exec("INSERT INTO kysely_migration VALUES ('9999-to-come', '2030-01-01')");
  file.close();
  await expect(openSqliteAnalytics(directory, { shops })).rejects.toThrow(/newer version/);
});

test('rows of a few ids are found by their index, however many the shop has', async () => {
  const directory = tempDir();
  for (const _ of ['created', 'opened again']) {
    await (await openSqliteAnalytics(directory, { shops: {} })).close();
    const file = new DatabaseSync(join(directory, 'analytics.db'));
    for (const [table, column] of [
      ['links', 'other'],
      ['orders', 'buyer'],
      ['order_reports', 'canonical_id'],
    ]) {
      const query = `SELECT * FROM ${table} WHERE shop = ? AND ${column} IN (SELECT value FROM json_each(?))`;
      const [plan] = file.prepare(`EXPLAIN QUERY PLAN ${query}`).all();
      expect(plan?.detail).toContain(`(shop=? AND ${column}=?`);
    }
    file.close();
  }
});

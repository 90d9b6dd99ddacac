import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { OpenStore } from '../../server/store/sqlite/open-store.ts';
import { VIEW_TABLES } from '../../server/store/sqlite/schema-orders.ts';
import { UPGRADE_VIEWS } from '../../server/store/sqlite/upgrade/schema.ts';
import { createViews, MOST_VIEWS } from '../../server/store/sqlite/views.ts';

const LATER = Number.MAX_SAFE_INTEGER;

function open(schema = VIEW_TABLES) {
  const connection = new DatabaseSync(':memory:');
  connection.exec(schema);
  const views = createViews({
    connection,
    nextId: () => null,
    joinTransactions() {},
  } as unknown as OpenStore);
  const count = (table: string) => connection.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n;
  return {
    ...{ connection, views, count },
    /** What a visitor shows at a time; the time is what is kept of it. */
    show: (tokens: string[], visitor: string, receivedAtMs: number, userId = '') =>
      views.put('shop', tokens, userId, { visitor, receivedAtMs, body: JSON.stringify(receivedAtMs) }),
    of: (tokens: string[], untilMs = LATER, userId: string | null = null) =>
      views.of('shop', tokens, untilMs, userId),
  };
}

test('one message is one row, found by each of its tokens and answered once', () => {
  const { show, of, count } = open();
  show(['cart', 'checkout', 'mark'], 'a', 1);
  expect(count('views')).toBe(1);
  expect([of(['cart']), of(['checkout']), of(['mark', 'cart'])]).toEqual([[1], [1], [1]]);
  expect(of(['other'])).toEqual([]);
});

test('the latest of each visitor and user counts, latest first, for every token of the view', () => {
  const { show, of, count } = open();
  show(['cart'], 'a', 1);
  show(['cart'], 'b', 2);
  show(['cart', 'checkout'], 'a', 3);
  expect(count('views')).toBe(2);
  expect([of(['cart']), of(['checkout'])]).toEqual([[3, 2], [3]]);
});

test('a token shown later counts from then on, however early its visitor showed another', () => {
  const { show, of } = open();
  show(['cart'], 'a', 1);
  show(['cart', 'checkout'], 'a', 9);
  expect(of(['checkout'], 5)).toEqual([]);
  expect(of(['cart'], 5)).toEqual([9]);
});

test('nothing of another user; what nobody was logged in for is of anybody', () => {
  const { show, of } = open();
  show(['cart'], 'a', 1, 'ann');
  show(['cart'], 'a', 2, 'bob');
  show(['cart'], 'a', 3);
  expect(of(['cart'], LATER, 'ann')).toEqual([3, 1]);
});

test('browsers without an id are not one visitor', () => {
  const { show, of } = open();
  show(['cart', 'first'], '', 1);
  show(['cart', 'second'], '', 2);
  expect([of(['first']), of(['second'])]).toEqual([[1], [2]]);
});

test('of one token the latest visitors are kept, and nothing of the others', () => {
  const { show, of, count } = open();
  for (let nth = 1; nth <= MOST_VIEWS + 5; nth++) show(['cart'], `visitor-${nth}`, nth);
  expect(of(['cart'])).toHaveLength(MOST_VIEWS);
  expect(of(['cart']).at(-1)).toBe(6);
  expect([count('views'), count('token_views')]).toEqual([MOST_VIEWS, MOST_VIEWS]);
});

test('one visitor who shows ever new tokens beside the same one rewrites a bounded row', () => {
  const { show, of, connection } = open();
  for (let nth = 1; nth <= 50; nth++) show(['cart', `checkout-${nth}`], 'a', nth);
  expect(of(['checkout-50'])).toEqual([50]);
  expect(of(['cart'])).toEqual([50]);
  const longest = connection.prepare('SELECT max(json_array_length(tokens)) AS n FROM views').get()?.n;
  expect(longest).toBeLessThanOrEqual(8);
});

test('a token of any length is found', () => {
  const { show, of, connection } = open();
  const token = 'long-'.repeat(100);
  show([token], 'a', 1);
  expect(of([token])).toEqual([1]);
  expect(JSON.stringify(connection.prepare('SELECT * FROM token_views').all())).not.toContain(token);
});

test('what the version before kept for each token is found by it', () => {
  const former = `
    CREATE TABLE token_views (
      shop TEXT NOT NULL, token TEXT NOT NULL, visitor TEXT NOT NULL, user_id TEXT NOT NULL,
      first_at INTEGER NOT NULL, received_at INTEGER NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY (shop, token, visitor, user_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX token_views_by_age ON token_views (received_at);
    INSERT INTO token_views VALUES
      ('shop', 'checkout', 'b', '', 1, 2, '2'), ('shop', 'cart', 'a', 'ann', 3, 4, '4'), ('shop', 'cart', 'b', '', 5, 6, '6');
    ${UPGRADE_VIEWS}`;
  const { of, show, connection } = open(former);
  expect([of(['cart']), of(['checkout']), of(['cart'], 4)]).toEqual([[6, 4], [2], [4]]);
  show(['cart'], 'b', 8);
  expect(of(['cart'])).toEqual([8, 4]);
  connection.exec("DELETE FROM views WHERE visitor = 'b'");
  expect([of(['cart']), of(['checkout'])]).toEqual([[4], []]);
});

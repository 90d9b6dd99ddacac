import type { Evidence } from '../../orders/evidence.ts';
import { prepare } from './database.ts';
import type { Shown } from './evidence.ts';
import type { OpenStore } from './open-store.ts';
import { tokenKey } from './token-key.ts';

/** Of one token the views of this many visitors are kept, those that showed it last. */
export const MOST_VIEWS = 20;
/** A view of one visitor has no more tokens than this: each message rewrites it. */
const MOST_TOKENS = 8;

/** What browsers showed together with tokens of a cart or checkout. */
export type Views = ReturnType<typeof createViews>;

/**
 * A message is kept once, however many tokens it shows: as the view of its visitor and user that has one of these tokens
 * already, else as a new one.
 */
export function createViews({ connection }: OpenStore) {
  const insert = prepare(
    connection,
    'INSERT INTO views (shop, visitor, user_id, received_at, tokens, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const find = prepare<{ id: number; tokens: string }>(
    connection,
    `SELECT v.id, v.tokens FROM token_views t JOIN views v ON v.id = t.view_id
     WHERE t.shop = ? AND t.token = ? AND v.visitor = ? AND v.user_id = ?`,
  );
  const update = prepare(
    connection,
    'UPDATE views SET received_at = ?2, tokens = ?3, body = ?4 WHERE id = ?1',
  );
  const addToken = prepare(
    connection,
    'INSERT INTO token_views (shop, token, view_id, first_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const count = prepare<{ count: number }>(
    connection,
    'SELECT count(*) AS count FROM token_views WHERE shop = ? AND token = ?',
  );
  const oldest = prepare<{ id: number }>(
    connection,
    `SELECT v.id FROM token_views t JOIN views v ON v.id = t.view_id WHERE t.shop = ? AND t.token = ?
     ORDER BY v.received_at DESC LIMIT -1 OFFSET ${MOST_VIEWS}`,
  );
  const dropPair = prepare(
    connection,
    'DELETE FROM token_views WHERE shop = ? AND token = ? AND view_id = ?',
  );
  const dropToken = prepare(
    connection,
    `UPDATE views SET tokens = (SELECT json_group_array(value) FROM json_each(tokens) WHERE value <> ?2)
     WHERE id = ?1`,
  );
  const dropEmpty = prepare(connection, "DELETE FROM views WHERE id = ? AND tokens = '[]'");
  const viewsOf = prepare<{ visitor: string; userId: string; receivedAtMs: number; body: string }>(
    connection,
    `SELECT v.visitor, v.user_id AS userId, v.received_at AS receivedAtMs, v.body
     FROM token_views t JOIN views v ON v.id = t.view_id
     WHERE t.shop = ? AND t.token = ? AND t.first_at <= ? ORDER BY v.received_at DESC LIMIT ${MOST_VIEWS}`,
  );

  /** The view to write this message to: of this visitor and user, with one of the tokens, and room for all. */
  function known(shop: string, tokens: readonly string[], visitor: string, userId: string) {
    // Browsers without an id are not one visitor.
    if (visitor === '') return undefined;
    for (const token of tokens)
      for (const { id, tokens: listed } of find.all(shop, token, visitor, userId)) {
        const all = new Set<string>([...JSON.parse(listed), ...tokens]);
        if (all.size <= MOST_TOKENS) return { id, tokens: JSON.stringify([...all]) };
      }
    return undefined;
  }

  function dropOldest(shop: string, token: string): void {
    if ((count.get(shop, token)?.count ?? 0) <= MOST_VIEWS) return;
    for (const { id } of oldest.all(shop, token)) {
      dropPair.run(shop, token, id);
      dropToken.run(id, token);
      dropEmpty.run(id);
    }
  }

  return {
    put(
      shop: string,
      shown: readonly string[],
      userId: string,
      { visitor, receivedAtMs, body }: Shown,
    ): void {
      const tokens = [...new Set(shown.map(tokenKey))];
      const view = known(shop, tokens, visitor, userId);
      if (view) update.run(view.id, receivedAtMs, view.tokens, body);
      const id = view?.id ?? insert.insert(shop, visitor, userId, receivedAtMs, JSON.stringify(tokens), body);
      for (const token of tokens)
        if (addToken.run(shop, token, id, receivedAtMs) > 0) dropOldest(shop, token);
    },

    /**
     * What was shown together with any of these tokens until `untilMs`: the latest of each visitor and user, latest
     * first; nothing of another user.
     */
    of(shop: string, tokens: readonly string[], untilMs: number, userId: string | null): Evidence[] {
      const latest = tokens
        .flatMap((token) => viewsOf.all(shop, tokenKey(token), untilMs))
        .filter((view) => view.userId === '' || userId === null || view.userId === userId)
        .sort((a, b) => b.receivedAtMs - a.receivedAtMs);
      const answered = new Set<string>();
      return latest.flatMap(({ visitor, userId: user, body }) => {
        const key = visitor === '' ? body : `${visitor}\n${user}`;
        if (answered.has(key)) return [];
        answered.add(key);
        return [JSON.parse(body) as Evidence];
      });
    },
  };
}

import type { Evidence } from '../../orders/evidence.ts';
import { createAbsent, createAhead, type ShopKey } from './ahead.ts';
import type { Shown } from './evidence.ts';
import { createInsertRow } from './insert-row.ts';
import { createLoneViews, type LoneViews } from './lone-views.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';
import { tokenKey } from './token-key.ts';

/** Of one token the views of this many visitors are kept, those that showed it last. */
export const MOST_VIEWS = 20;
/** A view of one visitor has no more tokens than this: each message rewrites it. */
const MOST_TOKENS = 8;

/** What browsers showed together with tokens of a cart or checkout. */
export type Views = ReturnType<typeof createViews>;

/** A view as one of its tokens finds it. */
interface Found {
  id: number;
  /** When the token was shown first, epoch ms. */
  firstAtMs: number;
  visitor: string;
  userId: string;
  tokens: string;
}

/** A view as one of its tokens leads to it. */
interface ViewRow {
  token: string;
  firstAtMs: number;
  visitor: string;
  userId: string;
  receivedAtMs: number;
  body: string;
}

/**
 * A message is kept once, however many tokens it shows: as the view of its visitor and user that has one of these tokens
 * already, else as a new one.
 */
export function createViews(store: OpenStore, lone: LoneViews = createLoneViews()) {
  const { connection } = store;
  const insert = createInsertRow(store, 'views', [
    ...['shop', 'visitor', 'user_id', 'received_at', 'tokens', 'body'],
  ]);
  const find = prepare<Found>(
    connection,
    `SELECT v.id, t.first_at AS firstAtMs, v.visitor, v.user_id AS userId, v.tokens
     FROM token_views t JOIN views v ON v.id = t.view_id WHERE t.shop = ? AND t.token = ?`,
  );
  const update = prepare(
    connection,
    'UPDATE views SET received_at = ?2, tokens = ?3, body = ?4 WHERE id = ?1',
  );
  const addToken = prepare(
    connection,
    'INSERT INTO token_views (shop, token, view_id, first_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const oldest = prepare<{ id: number; tokens: string }>(
    connection,
    `SELECT v.id, v.tokens FROM token_views t JOIN views v ON v.id = t.view_id WHERE t.shop = ? AND t.token = ?
     ORDER BY v.received_at DESC LIMIT -1 OFFSET ${MOST_VIEWS}`,
  );
  const dropPair = prepare(
    connection,
    'DELETE FROM token_views WHERE shop = ? AND token = ? AND view_id = ?',
  );
  const setTokens = prepare(connection, 'UPDATE views SET tokens = ?2 WHERE id = ?1');
  const dropEmpty = prepare(connection, "DELETE FROM views WHERE id = ? AND tokens = '[]'");
  const viewsOf = prepare<ViewRow>(
    connection,
    `SELECT t.token, t.first_at AS firstAtMs, v.visitor, v.user_id AS userId, v.received_at AS receivedAtMs, v.body
     FROM token_views t JOIN views v ON v.id = t.view_id
     WHERE t.shop = ? AND t.token IN (SELECT value FROM json_each(?)) ORDER BY v.received_at DESC`,
  );
  const unused = createAbsent(store, 'token_views', 'token');
  const ahead = createAhead<string, ViewRow>(store);

  /** The view to write this message to: of this visitor and user, with one of the tokens, and room for all. */
  function known(views: readonly Found[], tokens: readonly string[], visitor: string, userId: string) {
    // Browsers without an id are not one visitor.
    if (visitor === '') return undefined;
    for (const view of views) {
      if (view.visitor !== visitor || view.userId !== userId) continue;
      const all = new Set<string>([...JSON.parse(view.tokens), ...tokens]);
      if (all.size <= MOST_TOKENS) return { id: view.id, tokens: [...all] };
    }
    return undefined;
  }

  function dropOldest(shop: string, token: string): void {
    for (const { id, tokens } of oldest.all(shop, token)) {
      dropPair.run(shop, token, id);
      setTokens.run(id, JSON.stringify(JSON.parse(tokens).filter((one: string) => one !== token)));
      dropEmpty.run(id);
    }
  }

  function latestOf(shop: string, token: string, untilMs: number) {
    const only = lone.get(shop, token);
    const views = only
      ? [only]
      : (ahead.get(`${shop}\n${token}`) ?? viewsOf.all(shop, JSON.stringify([token])));
    return views.filter(({ firstAtMs }) => firstAtMs <= untilMs).slice(0, MOST_VIEWS);
  }

  return {
    /** Tokens that browsers show next. */
    readAhead: (tokens: readonly ShopKey[]) =>
      unused.look(tokens.map(([shop, token]) => [shop, tokenKey(token)])),
    /** Tokens of what is composed next. */
    readViewsAhead(tokens: readonly ShopKey[]): void {
      for (const [shop, own] of Map.groupBy(tokens, ([shop]) => shop)) {
        const keys = own.map(([, token]) => tokenKey(token)).filter((key) => !lone.get(shop, key));
        if (keys.length === 0) continue;
        const toText = (token: string) => `${shop}\n${token}`;
        ahead.keep(keys.map(toText), viewsOf.all(shop, JSON.stringify(keys)), ({ token }) => toText(token));
      }
    },
    put(
      shop: string,
      shown: readonly string[],
      userId: string,
      { visitor, receivedAtMs, body }: Shown,
    ): void {
      const tokens = [...new Set(shown.map(tokenKey))];
      const found = tokens.map((token) => (unused.has(shop, token) ? [] : find.all(shop, token)));
      const view = known(found.flat(), tokens, visitor, userId);
      const listed = JSON.stringify(view?.tokens ?? tokens);
      if (view) update.run(view.id, receivedAtMs, listed, body);
      const id = view?.id ?? insert(shop, visitor, userId, receivedAtMs, listed, body);
      for (const token of view?.tokens ?? []) lone.forget(shop, token);
      for (const [index, token] of tokens.entries()) {
        const views = found[index] ?? [];
        const own = views.find((one) => one.id === id);
        if (!own) addToken.run(shop, token, id, receivedAtMs);
        unused.end(shop, token);
        if (views.length >= MOST_VIEWS && !own) dropOldest(shop, token);
        const firstAtMs = own?.firstAtMs ?? receivedAtMs;
        if (views.length === (own ? 1 : 0))
          lone.set(shop, token, { firstAtMs, receivedAtMs, visitor, userId, body });
        else lone.forget(shop, token);
      }
    },

    /**
     * What was shown together with any of these tokens until `untilMs`: the latest of each visitor and user, latest
     * first; nothing of another user.
     */
    of(shop: string, tokens: readonly string[], untilMs: number, userId: string | null): Evidence[] {
      const latest = tokens
        .flatMap((token) => latestOf(shop, tokenKey(token), untilMs))
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

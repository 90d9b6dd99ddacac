import type { Person } from '../../privacy/person.ts';
import { CHUNK } from './chunks.ts';
import { prepare } from './database.ts';
import type { OpenStore } from './open-store.ts';

interface View {
  id: number;
  visitor: string;
  userId: string;
}

/** What is kept of a person beside events and orders: what browsers showed, what was chosen, what is linked. */
export function createErasePersonal({ connection, transaction }: OpenStore) {
  const views = prepare<View>(
    connection,
    'SELECT id, visitor, user_id AS userId FROM views WHERE shop = ? AND id > ? ORDER BY id LIMIT ?',
  );
  const removeView = prepare(connection, 'DELETE FROM views WHERE id = ?');
  const removeChoice = prepare(connection, 'DELETE FROM choices WHERE shop = ? AND visitor = ?');
  const removeLinks = [
    prepare(connection, 'DELETE FROM person_links WHERE shop = ?1 AND user_id = ?2'),
    prepare(
      connection,
      "DELETE FROM person_links WHERE shop = ?1 AND key IN ('e:' || ?2, 'p:' || ?2, 'u:' || ?2)",
    ),
  ];

  return {
    /** Returns how many rows there were. */
    *erase(shop: string, { ids, browsers }: Person): Generator<undefined, number> {
      let removed = 0;
      for (let after = 0; ; ) {
        const rows = views.all(shop, after, CHUNK);
        const last = rows.at(-1);
        if (!last) break;
        const theirs = rows.filter(({ visitor, userId }) => browsers.has(visitor) || ids.has(userId));
        if (theirs.length > 0)
          transaction(() => {
            for (const { id } of theirs) removed += removeView.run(id);
          });
        yield;
        after = last.id;
      }
      const all = [...browsers];
      for (let start = 0; start < all.length; start += CHUNK) {
        transaction(() => {
          for (const id of all.slice(start, start + CHUNK)) removed += removeChoice.run(shop, id);
        });
        yield;
      }
      // The links come last: an interrupted erasure begins with them again.
      const linked = [...ids];
      for (let start = 0; start < linked.length; start += CHUNK) {
        transaction(() => {
          for (const id of linked.slice(start, start + CHUNK))
            for (const statement of removeLinks) removed += statement.run(shop, id);
        });
        yield;
      }
      return removed;
    },
  };
}

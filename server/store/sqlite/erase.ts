import type { Erased } from '../store.ts';
import { emptyWal } from './checkpoints.ts';
import { CHUNK, pages } from './chunks.ts';
import { prepare } from './database.ts';
import type { Dedup } from './dedup.ts';
import type { History } from './history.ts';
import type { OpenStore } from './open-store.ts';
import type { OrderRetention } from './order-retention.ts';
import type { Remove } from './remove.ts';

interface IdentityRow {
  seq: number;
  anonymousId: string | null;
  userId: string | null;
  previousId: string | null;
  emailSha256: string | null;
}

const idsOf = ({ anonymousId, userId, previousId, emailSha256 }: IdentityRow): string[] =>
  [anonymousId, userId, previousId, emailSha256].filter((id) => id !== null);

export function createErase(
  store: OpenStore,
  remove: Remove,
  dedup: Dedup,
  history: History,
  orders: OrderRetention,
) {
  const page = prepare<IdentityRow>(
    store.connection,
    `SELECT seq, body ->> '$.identity.anonymousId' AS anonymousId, body ->> '$.identity.userId' AS userId,
       body ->> '$.identity.previousId' AS previousId, body ->> '$.identity.emailSha256' AS emailSha256
     FROM (SELECT seq, iif(json_valid(body), body, '{}') AS body FROM events
           WHERE shop = ? AND seq > ? ORDER BY seq LIMIT ?)`,
  );

  /** Reads all events of the shop until no further id is found. There is no index: it would slow every append. */
  function* findPerson(
    shop: string,
    ids: Set<string>,
    userIds: Set<string>,
  ): Generator<undefined, Set<number>> {
    const found = new Set<number>();
    for (let known = -1; known < ids.size; ) {
      known = ids.size;
      for (const rows of pages((after) => page.all(shop, after, CHUNK))) {
        for (const row of rows) {
          const own = idsOf(row);
          if (!own.some((id) => ids.has(id))) continue;
          found.add(row.seq);
          for (const id of own) ids.add(id);
          if (row.userId !== null) userIds.add(row.userId);
        }
        yield;
      }
    }
    return found;
  }

  /**
   * Removes the events found last first: if it is interrupted, the remaining ones can still be reached from the
   * requested id.
   */
  return function* erase(shop: string, id: string): Generator<undefined, Erased> {
    const ids = new Set([id]);
    const userIds = new Set<string>();
    const seqs = [...(yield* findPerson(shop, ids, userIds))].reverse();
    yield* dedup.merge();
    if (seqs.length > 0) yield* history.forget(shop, new Set(seqs));
    yield* orders.erase(shop, ids);
    let events = 0;
    for (let start = 0; start < seqs.length; start += CHUNK) {
      events += store.transaction(() => remove(shop, seqs.slice(start, start + CHUNK)));
      yield;
    }
    yield* emptyWal(store.connection);
    return { events, ids: seqs.length > 0 ? [...ids] : [], userIds: [...userIds] };
  };
}

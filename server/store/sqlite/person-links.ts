import { prepare } from './database.ts';
import type { OpenStore } from './open-store.ts';

const DAY_MS = 86_400_000;

/** Which digests belong to a user id, as a trusted voice said: `e:<email>`, `p:<phone>`, both SHA-256. `at`: when it was said last, to the day. */
export interface PersonLinks {
  add(shop: string, person: { userId: string; keys: readonly string[] }, atMs: number): void;
}

export function createPersonLinks({ connection }: OpenStore): PersonLinks {
  const put = prepare(
    connection,
    `INSERT INTO person_links (shop, user_id, key, at) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT DO UPDATE SET at = ?4 WHERE ?4 >= at + ${DAY_MS}`,
  );
  return {
    add(shop, { userId, keys }, atMs) {
      for (const key of keys) put.run(shop, userId, key, atMs);
    },
  };
}

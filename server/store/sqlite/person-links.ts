import { prepare } from './database.ts';
import type { OpenStore } from './open-store.ts';

/** Which digests belong to a user id, as a trusted voice said: `e:<email>`, `p:<phone>`, both SHA-256. */
export interface PersonLinks {
  add(shop: string, person: { userId: string; keys: readonly string[] }, atMs: number): void;
}

export function createPersonLinks({ connection }: OpenStore): PersonLinks {
  const put = prepare(
    connection,
    'INSERT INTO person_links (shop, user_id, key, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  return {
    add(shop, { userId, keys }, atMs) {
      for (const key of keys) put.run(shop, userId, key, atMs);
    },
  };
}

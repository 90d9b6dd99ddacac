import { isSha256 } from '../../privacy/hash.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

const DAY_MS = 86_400_000;

/**
 * Which digests and former ids belong to a user id, as a trusted voice said: `e:<email>`, `p:<phone>`, both SHA-256, and
 * `u:<previous id>`. Each is kept with when it was said last, to the day.
 */
export interface PersonLinks {
  add(shop: string, person: { userId: string; keys: readonly string[] }, atMs: number): void;
  /**
   * These ids and what belongs to the same person. A digest leads to the user ids it belongs to where no user id was
   * asked for. A user id leads to its digests, except those that belong to another user id as well: a family may share
   * a phone.
   */
  personOf(shop: string, ids: readonly string[]): string[];
  /** Whether a trusted voice said something else of the person than this browser does. */
  contradicts(shop: string, claimed: ClaimedPerson): boolean;
}

/** What a browser says of a person: by `identify` the digests that belong to a user id, by `alias` a former id. */
export interface ClaimedPerson {
  userId: string;
  previousId?: string;
  keys: readonly string[];
  isAlias: boolean;
}

export function createPersonLinks({ connection }: OpenStore): PersonLinks {
  const put = prepare(
    connection,
    `INSERT INTO person_links (shop, user_id, key, at) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (shop, user_id, key) DO UPDATE SET at = excluded.at WHERE excluded.at >= person_links.at + ${DAY_MS}`,
  );
  const keysOf = prepare<{ key: string }>(
    connection,
    'SELECT key FROM person_links WHERE shop = ? AND user_id = ?',
  );
  const ownersOf = prepare<{ userId: string }>(
    connection,
    'SELECT user_id AS userId FROM person_links WHERE shop = ? AND key = ?',
  );

  const owners = (shop: string, key: string) => ownersOf.all(shop, key).map(({ userId }) => userId);

  /** A user's other ids: what they were called before, and what they are called since. */
  function everyUserId(shop: string, asked: readonly string[]): Set<string> {
    const users = new Set(asked);
    for (const user of users) {
      for (const { key } of keysOf.all(shop, user)) if (key.startsWith('u:')) users.add(key.slice(2));
      for (const other of owners(shop, `u:${user}`)) users.add(other);
    }
    return users;
  }

  /** Profiles are merged for good: the former id may be nobody's whom a trusted voice knows, but the user's own. */
  const isOthers = (shop: string, { userId, previousId, keys }: ClaimedPerson) =>
    (previousId !== undefined && previousId !== userId && keysOf.all(shop, previousId).length > 0) ||
    keys.some((key) => owners(shop, key).some((owner) => owner !== userId));

  /** Of the same kind, email or phone, the user has others. */
  function isOther(shop: string, { userId, keys }: ClaimedPerson): boolean {
    const known = keysOf.all(shop, userId).map(({ key }) => key);
    return keys.some(
      (key) => !known.includes(key) && known.some((other) => other.slice(0, 2) === key.slice(0, 2)),
    );
  }

  return {
    contradicts: (shop, claimed) => (claimed.isAlias ? isOthers(shop, claimed) : isOther(shop, claimed)),
    add(shop, { userId, keys }, atMs) {
      for (const key of keys) put.run(shop, userId, key, atMs);
    },
    personOf(shop, ids) {
      const named = ids.filter((id) => !isSha256(id));
      const asked =
        named.length > 0
          ? named
          : ids.flatMap((id) => [...owners(shop, `e:${id}`), ...owners(shop, `p:${id}`)]);
      const users = everyUserId(shop, asked);
      const digests = [...users]
        .flatMap((user) => keysOf.all(shop, user))
        .filter(({ key }) => !key.startsWith('u:') && owners(shop, key).every((owner) => users.has(owner)))
        .map(({ key }) => key.slice(2));
      return [...new Set([...ids, ...users, ...digests])];
    },
  };
}

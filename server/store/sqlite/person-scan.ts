import type { Identity, ProtectedEvent } from '../../../shared/protected-event.ts';
import { claimsOf, digestsIn, type Person, type Relation, relate } from '../../privacy/person.ts';
import { tryRead } from './stored-event.ts';

/** A row that has to do with the person. */
export interface Concerned {
  id: number;
  relation: Exclude<Relation, 'none'>;
}

const IDENTITY = '"identity":';

/**
 * Reads the events of a table once, for a whole set of ids. Few of them concern the person; of the others it keeps a
 * hash of the browser and the row's id, so that the rows of a browser that turns out to be the person's are found
 * without reading the table again.
 */
export function createPersonScan(person: Person) {
  const hashes: number[] = [];
  const ids: number[] = [];
  const concerned: Concerned[] = [];
  const candidates = new Set<string>();
  const userIds = new Set<string>();
  const claimedUserIds = new Set<string>();

  return {
    concerned,
    /** Browsers of events whose sender says to be the person, beside those that are known to be theirs. */
    candidates,
    /** Those of the person's ids that are user ids. */
    userIds,
    /** User ids of others that came together with the person's digests. */
    claimedUserIds,
    /** @param id of its row. */
    read(id: number, body: string): void {
      const identity = readIdentity(body);
      if (identity?.anonymousId !== undefined) {
        hashes.push(hashOf(identity.anonymousId));
        ids.push(id);
      }
      const { relation, event } = relationIn(body, person, identity);
      if (relation === 'none') return;
      concerned.push({ id, relation });
      if (!event || !claims(event, person)) return;
      const { anonymousId, userId } = event.identity;
      if (anonymousId !== undefined && !person.browsers.has(anonymousId)) candidates.add(anonymousId);
      if (userId !== undefined) (person.ids.has(userId) ? userIds : claimedUserIds).add(userId);
    },
    /** The rows that may be of these browsers. */
    rowsOf(browsers: ReadonlySet<string>): number[] {
      const wanted = new Set([...browsers].map(hashOf));
      return wanted.size === 0 ? [] : ids.filter((_, index) => wanted.has(hashes[index] ?? 0));
    },
  };
}
export type PersonScan = ReturnType<typeof createPersonScan>;

/**
 * What of a stored event is about the person, and the event where it is. One that is damaged is theirs when it holds a
 * digest of theirs. What the operator caused is on its way because of an erasure, and concerns none.
 */
export function relationIn(
  body: string,
  person: Person,
  identity = readIdentity(body),
): { relation: Relation; event?: ProtectedEvent } {
  if (identity && !mayConcern(body, identity, person)) return { relation: 'none' };
  const event = tryRead(body);
  if (!event) return { relation: holdsDigest(body, person) ? 'own' : 'none' };
  const relation = event.source === 'operator' ? 'none' : relate(event, person);
  return { relation, event };
}

/** Whether the event is worth reading whole. */
function mayConcern(
  body: string,
  { anonymousId = '', userId = '', previousId = '' }: Identity,
  { ids, browsers }: Person,
): boolean {
  if (ids.has(userId) || ids.has(previousId) || browsers.has(anonymousId)) return true;
  return holdsDigest(body, { ids });
}

const holdsDigest = (body: string, { ids }: Pick<Person, 'ids'>): boolean =>
  digestsIn(body).some((digest) => ids.has(digest));

/** True where the event says that the person acted. */
export const claims = (event: ProtectedEvent, { ids }: Person): boolean =>
  claimsOf(event).some((id) => ids.has(id));

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/**
 * Undefined where the text is damaged. The identity comes before everything else that may hold one. An id with a brace in it
 * takes reading all.
 */
export function readIdentity(body: string): Identity | undefined {
  const from = body.indexOf(IDENTITY) + IDENTITY.length;
  try {
    return JSON.parse(body.slice(from, body.indexOf('}', from) + 1));
  } catch {
    return tryRead(body)?.identity;
  }
}

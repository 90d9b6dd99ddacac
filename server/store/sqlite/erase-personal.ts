import type { Person } from '../../privacy/person.ts';
import { personSubject, visitorSubject } from '../subject.ts';
import { CHUNK, inChunks, pages } from './chunks.ts';
import type { Consents } from './consents.ts';
import { createRemoveEvidence, visitorKey } from './evidence.ts';
import type { LoneViews } from './lone-views.ts';
import type { OpenStore } from './open-store.ts';
import { createReferences } from './order-references.ts';
import { prepare } from './prepare.ts';

interface View {
  id: number;
  visitor: string;
  userId: string;
}

/** What is kept of a person beside events and orders: what browsers showed, what was chosen, what is linked. */
export function createErasePersonal(
  store: OpenStore,
  consents: Pick<Consents, 'forget'>,
  loneViews: Pick<LoneViews, 'forgetAll'>,
) {
  const { connection, transaction } = store;
  const views = prepare<View>(
    connection,
    'SELECT id, visitor, user_id AS userId FROM views WHERE shop = ? AND id > ? ORDER BY id LIMIT ?',
  );
  const removeView = prepare(connection, 'DELETE FROM views WHERE id = ?');
  const removeConsent = prepare(connection, 'DELETE FROM consents WHERE shop = ? AND subject = ?');
  const denials = prepare<{ id: number; visitor: string }>(
    connection,
    "SELECT id, visitor FROM evidence WHERE +shop = ? AND id > ? AND visitor LIKE '~_%' ORDER BY id LIMIT ?",
  );
  const removeDenial = createRemoveEvidence(connection);
  const references = createReferences(connection);
  const removeLinks = [
    prepare(connection, 'DELETE FROM person_links WHERE shop = ?1 AND user_id = ?2'),
    prepare(
      connection,
      `DELETE FROM person_links INDEXED BY person_links_by_key
       WHERE shop = ?1 AND key IN ('e:' || ?2, 'p:' || ?2, 'u:' || ?2)`,
    ),
  ];

  /** Returns how many consent records there were. */
  function removeSubjects(shop: string, subjects: readonly string[]): number {
    let removed = 0;
    for (const subject of subjects) {
      removed += removeConsent.changed(shop, subject);
      references.forget(shop, subject);
      consents.forget(shop, subject);
    }
    return removed;
  }

  return {
    removeSubjects,
    /** Returns how many rows there were. */
    *erase(shop: string, { ids, browsers }: Person): Generator<undefined, number> {
      let removed = 0;
      for (const rows of pages((after) => views.all(shop, after, CHUNK))) {
        const theirs = rows.filter(({ visitor, userId }) => browsers.has(visitor) || ids.has(userId));
        if (theirs.length > 0)
          transaction(() => {
            for (const { id } of theirs) removed += removeView.changed(id);
            loneViews.forgetAll();
          });
        yield;
      }
      const denied = new Set([...browsers].map(visitorKey));
      for (const rows of pages((after) => denials.all(shop, after, CHUNK))) {
        const theirs = rows.filter(({ visitor }) => denied.has(visitor));
        if (theirs.length > 0)
          transaction(() => {
            for (const { id } of theirs) removed += removeDenial(id);
          });
        yield;
      }
      const subjects = [...[...browsers].map(visitorSubject), ...[...ids].map(personSubject)];
      yield* inChunks(store, subjects, (subject) => {
        removed += removeSubjects(shop, [subject]);
      });
      // The links come last: an interrupted erasure begins with them again.
      yield* inChunks(store, [...ids], (id) => {
        for (const statement of removeLinks) removed += statement.changed(shop, id);
      });
      return removed;
    },
  };
}

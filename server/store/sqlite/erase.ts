import { type Person, withoutPerson } from '../../privacy/person.ts';
import type { Erased, PersonQuery } from '../person.ts';
import type { AloneOrders } from './alone.ts';
import { CHUNK, inChunks } from './chunks.ts';
import type { Consents } from './consents.ts';
import type { Dedup } from './dedup-keys.ts';
import { createErasePersonal } from './erase-personal.ts';
import type { ErasedOrders } from './erased-orders.ts';
import { createRemoveEvidence } from './evidence.ts';
import type { FindPerson, FoundPerson } from './find-person.ts';
import type { History } from './history.ts';
import { createGone, type LedgerRows } from './ledger.ts';
import type { LoneViews } from './lone-views.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';
import type { Remove } from './remove.ts';
import { toStored, tryRead } from './stored-event.ts';
import { prepareTexts, type StoredText, toStoredText } from './stored-text.ts';
import type { Tables } from './tables.ts';

interface Parts {
  tables: Pick<Tables, 'forget'>;
  findPerson: FindPerson;
  remove: Remove;
  dedup: Dedup;
  history: History;
  ledger: LedgerRows;
  erasedOrders: ErasedOrders;
  consents: Pick<Consents, 'forget'>;
  alone: Pick<AloneOrders, 'end'>;
  loneViews: Pick<LoneViews, 'forgetAll'>;
}

export function createErase(store: OpenStore, parts: Parts) {
  const { findPerson, remove, dedup, history, ledger, erasedOrders, alone } = parts;
  const { connection } = store;
  const personal = createErasePersonal(store, parts.consents, parts.loneViews);
  const bodyOf = prepareTexts<{ body: string }>(connection, 'SELECT packed, body FROM events WHERE seq = ?');
  const setBody = prepare(connection, 'UPDATE events SET packed = ?2, body = ?3 WHERE seq = ?1');
  const removeSealed = prepare(connection, 'DELETE FROM seals WHERE seq = ?');
  const forgetAnswers = prepare(connection, 'UPDATE dead_letters SET answer = NULL WHERE seq = ?');
  const evidenceOf = prepareTexts<{ body: string }>(
    connection,
    'SELECT packed, body FROM evidence WHERE id = ?',
  );
  const setEvidence = prepare(connection, 'UPDATE evidence SET packed = ?2, body = ?3 WHERE id = ?1');
  const removeEvidence = createRemoveEvidence(connection);
  const reportOf = prepareTexts<{ body: string }>(
    connection,
    'SELECT packed, body FROM order_reports WHERE order_id = ? AND source = ? AND stage = ? AND part = ?',
  );
  const setReport = prepare(
    connection,
    'UPDATE order_reports SET packed = ?5, body = ?6 WHERE order_id = ?1 AND source = ?2 AND stage = ?3 AND part = ?4',
  );
  const removeReport = prepare(
    connection,
    'DELETE FROM order_reports WHERE order_id = ? AND source = ? AND stage = ? AND part = ?',
  );

  /** Undefined when it cannot be read: then it goes whole. */
  function reduced(body: string | undefined, person: Person): StoredText | undefined {
    const event = body === undefined ? undefined : tryRead(body);
    return event && toStoredText(toStored(withoutPerson(event, person)));
  }

  function* eraseEvents(
    shop: string,
    { person, events }: FoundPerson,
    ofOrders: ReadonlySet<number>,
    gone: ReturnType<typeof createGone>,
  ): Generator<undefined, { events: number; mentions: number }> {
    const own = new Set([
      ...events.filter(({ relation }) => relation === 'own').map(({ id }) => id),
      ...ofOrders,
    ]);
    const mentioned = events.map(({ id }) => id).filter((seq) => !own.has(seq));
    if (own.size + mentioned.length > 0) yield* history.forget(shop, new Set([...own, ...mentioned]));
    yield* inChunks(store, mentioned, (seq) => {
      const text = reduced(bodyOf.get(seq)?.body, person);
      if (text === undefined) return;
      setBody.run(seq, ...text);
      // The event's sealed values may be the person's.
      removeSealed.run(seq);
      forgetAnswers.run(seq);
    });
    // Last first: if it is interrupted, what is left can still be reached from the ids that were asked for.
    const seqs = [...own].sort((a, b) => b - a);
    let removed = 0;
    for (let start = 0; start < seqs.length; start += CHUNK) {
      const some = seqs.slice(start, start + CHUNK);
      for (const seq of some) gone.addEvent(tryRead(bodyOf.get(seq)?.body ?? ''));
      removed += store.transaction(() => remove(shop, some));
      yield;
    }
    return { events: removed, mentions: mentioned.length };
  }

  /** Removes a person: one pass over each table, in steps between which other calls are served. */
  return function* erase(shop: string, query: PersonQuery, nowMs: number): Generator<undefined, Erased> {
    const found = yield* findPerson(shop, query);
    const { person, orders, reports, evidence } = found;
    yield* dedup.merge();
    const gone = createGone();
    const ofOrders = erasedOrders.events(orders);
    const counts = yield* eraseEvents(shop, found, ofOrders, gone);
    yield* inChunks(store, orders, (order) => {
      alone.end(order.id);
      const { subjects, ...names } = erasedOrders.remove(shop, order, nowMs);
      personal.removeSubjects(shop, subjects);
      gone.addOrder(names);
    });
    yield* inChunks(store, reports, ({ orderId, source, stage, part, relation }) => {
      alone.end(orderId);
      const key = [orderId, source, stage, part] as const;
      const text = relation === 'own' ? undefined : reduced(reportOf.get(...key)?.body, person);
      if (text === undefined) removeReport.run(...key);
      else setReport.run(...key, ...text);
    });
    yield* inChunks(store, evidence, ({ id, relation }) => {
      const text = relation === 'own' ? undefined : reduced(evidenceOf.get(id)?.body, person);
      if (text !== undefined) setEvidence.run(id, ...text);
      else removeEvidence(id);
    });
    const others = yield* personal.erase(shop, person);
    const isFound =
      counts.events + counts.mentions + orders.length + reports.length + evidence.length + others > 0;
    if (isFound) {
      yield* ledger.erase(shop, gone);
      yield* parts.tables.forget();
    }
    const browsers = isFound ? [...person.browsers].filter((id) => !person.ids.has(id)) : [];
    const canonicalIds = orders.map(({ canonicalId }) => canonicalId);
    const { userIds, claimed } = found;
    const messageIds = [...gone.messageIds];
    return { ...counts, isFound, userIds, browsers, orders: canonicalIds, messageIds, claimed };
  };
}

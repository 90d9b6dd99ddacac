import { eachRow } from '../chunks.ts';
import { prepare } from '../prepare.ts';
import { FIGURES_KEPT_MS, HOUR_MS, MATCHES_KEPT_MS } from './figures.ts';
import type { IndexEvents } from './index-events.ts';
import type { IndexEvidence } from './index-evidence.ts';
import type { IndexTexts } from './index-texts.ts';
import { type KeyKind, keyOf, segmentOf } from './keys.ts';
import type { Names } from './names.ts';
import type { RemoveFromIndex } from './remove.ts';
import type { Streams } from './streams.ts';
import type { IndexTables } from './tables.ts';

/** Events compared with the store in one step. */
const STEP = 2_000;
const KINDS: readonly KeyKind[] = ['m', 'a', 'u', 'd'];

interface Parts {
  names: Names;
  events: IndexEvents;
  evidence: IndexEvidence;
  remove: RemoveFromIndex;
  streams: Pick<Streams, 'keyed'>;
  texts: IndexTexts;
}

/** Removes from the index what left the store: by an erasure, with a shop, or with time. */
export function createForget(
  { connection, transaction, ...tables }: IndexTables,
  { names, events, evidence, remove, streams, texts }: Parts,
) {
  const indexed = prepare<{ seq: number }>(
    connection,
    'SELECT seq FROM events WHERE shop = ? AND seq > ? ORDER BY seq LIMIT ?',
  );
  const stored = prepare<{ seq: number }>(
    connection,
    'SELECT seq FROM store.events INDEXED BY events_by_shop WHERE shop = ? AND seq BETWEEN ? AND ?',
  );
  const factsAfter = prepare<{ id: number }>(
    connection,
    'SELECT id FROM order_facts WHERE id > ? ORDER BY id LIMIT ?',
  );
  const lostFacts = prepare(
    connection,
    `DELETE FROM order_facts WHERE id > ? AND id <= ?
       AND NOT EXISTS (SELECT 1 FROM store.orders WHERE orders.id = order_facts.id)`,
  );
  const consumersOf = prepare<{ id: number }>(connection, 'SELECT id FROM store.consumers WHERE shop = ?');
  const ofOwner = [
    'figures WHERE series IN (SELECT id FROM series WHERE owner = ?)',
    'series WHERE owner = ?',
  ].map((rows) => prepare(connection, `DELETE FROM ${rows}`));
  const matchesOf = prepare(connection, 'DELETE FROM matches WHERE consumer = ?');
  const oldFigures = prepare(connection, 'DELETE FROM figures WHERE step = ? AND at < ?');
  const oldMatches = prepare(connection, 'DELETE FROM matches WHERE day < ?');
  const unused = [
    'labels WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.label = labels.id)',
    `series WHERE NOT EXISTS (SELECT 1 FROM figures WHERE figures.series = series.id AND step = ${HOUR_MS})`,
    `requests WHERE id < coalesce((SELECT min(id) FROM store.delivery_history), ${Number.MAX_SAFE_INTEGER})`,
    'minutes WHERE last_seq < (SELECT coalesce(min(seq), 0) FROM store.events)',
  ].map((rows) => prepare(connection, `DELETE FROM ${rows}`));

  /** Removes events that are no longer in the store. */
  function* sweep(shop: string): Generator<undefined, void> {
    const id = names.knownShop(shop);
    if (id === undefined) return;
    for (let after = -1; ; ) {
      const some = indexed.all(id, after, STEP).map(({ seq }) => seq);
      const [first, last] = [some.at(0), some.at(-1)];
      if (first === undefined || last === undefined) return;
      const there = new Set(stored.all(shop, first, last).map(({ seq }) => seq));
      const gone = some.filter((seq) => !there.has(seq));
      if (gone.length > 0) transaction(() => remove(id, gone));
      after = last;
      yield;
    }
  }

  /** Removes what was found under these ids where the event, somebody else's, does not have them any more. */
  function* removeMentions(shop: string, ids: readonly string[]): Generator<undefined, void> {
    for (const id of ids) {
      const keys = KINDS.map((kind) => keyOf(kind, shop, id));
      transaction(() => texts.removeMentions(keys));
      transaction(() => keys.forEach(evidence.removeLostKey));
      for (const key of keys)
        for (const seq of streams.keyed(key))
          transaction(() => events.removeLostKey(segmentOf(seq), key, seq));
      yield;
    }
  }

  /** Orders that are no longer in the store. */
  function* removeOrders(): Generator<undefined, void> {
    for (let after = 0; ; ) {
      const last = factsAfter.all(after, STEP).at(-1)?.id;
      if (last === undefined) return;
      transaction(() => lostFacts.run(after, last));
      after = last;
      yield;
    }
  }

  /** Browsers' reports that are no longer in the store; numbers of theirs that others have now are read again first. */
  function* removeEvidence(): Generator<undefined, void> {
    while (transaction(evidence.addSome)) yield;
    yield* eachRow({ transaction }, (after) => evidence.indexed(after, STEP), evidence.removeLost);
  }

  /** Orders and reports that are no longer in the store. */
  function* sweepOrders(): Generator<undefined, void> {
    yield* removeOrders();
    yield* texts.sweep({ transaction });
    yield* removeEvidence();
  }

  /** Another process may be adding what it read before it was removed: afterwards nobody is. */
  const awaitWrites = () => transaction(() => {});

  return {
    *forget(shop: string, ids: readonly string[]): Generator<undefined, void> {
      awaitWrites();
      yield* sweep(shop);
      yield* sweepOrders();
      yield* removeMentions(shop, ids);
      yield* tables.forget();
    },
    *purge(shop: string): Generator<undefined, void> {
      awaitWrites();
      yield* sweep(shop);
      yield* sweepOrders();
      const consumers = consumersOf.all(shop).map(({ id }) => id);
      transaction(() => {
        for (const owner of [shop, ...consumers.map(String)])
          for (const statement of ofOwner) statement.run(owner);
        for (const id of consumers) matchesOf.run(id);
      });
      names.forget();
      yield* tables.forget();
    },
    *retain(nowMs: number): Generator<undefined, void> {
      for (const { name } of names.shops()) yield* sweep(name);
      yield* sweepOrders();
      for (const [step, keptMs] of Object.entries(FIGURES_KEPT_MS)) {
        transaction(() => oldFigures.run(Number(step), nowMs - keptMs));
        yield;
      }
      transaction(() => oldMatches.run(nowMs - MATCHES_KEPT_MS));
      for (const rows of unused) {
        transaction(() => rows.run());
        yield;
      }
      names.forget();
      yield* tables.shrink();
      yield* tables.forget();
    },
  };
}

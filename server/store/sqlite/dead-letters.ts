import type { DeadLetterReason } from '../../../shared/reasons.ts';
import type { DeadLetterSelection } from '../store.ts';
import type { Audit } from './audit.ts';
import { CHUNK, untilDone } from './chunks.ts';
import type { EncryptedPii } from './encrypted-pii.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';
import type { Now, SendAgain } from './send-again.ts';
import { prepareTexts, type ReadText } from './stored-text.ts';

export interface DeadLetterRow extends ReadText {
  id: number;
  consumer: string;
  reason: DeadLetterReason;
  answer: string | null;
  attempt: number;
  atMs: number;
}
interface Located {
  id: number;
  seq: number;
  consumerId: number;
}

const COLUMNS = `d.id, c.name AS consumer, e.packed, e.body, d.reason, d.answer, d.attempt, d.at AS atMs
  FROM dead_letters d JOIN consumers c ON c.id = d.consumer JOIN events e ON e.seq = d.seq`;
/** Above every id: the first page. */
const NEWEST = Number.MAX_SAFE_INTEGER;

interface Parts {
  encryptedPii: EncryptedPii;
  sendAgain: SendAgain;
  audit: Pick<Audit, 'reached'>;
}

export function createDeadLetters(store: OpenStore, { encryptedPii, sendAgain, audit }: Parts) {
  const { connection } = store;
  const all = prepareTexts<DeadLetterRow>(
    connection,
    `SELECT ${COLUMNS} WHERE d.id < ? ORDER BY d.id DESC LIMIT ?`,
  );
  const ofConsumer = prepareTexts<DeadLetterRow>(
    connection,
    `SELECT ${COLUMNS} WHERE d.id < ? AND d.consumer IN (SELECT id FROM consumers WHERE name = ?)
     ORDER BY d.id DESC LIMIT ?`,
  );
  const locate = prepare<Located>(
    connection,
    'SELECT id, seq, consumer AS consumerId FROM dead_letters WHERE id = ?',
  );
  const locateMore = prepare<Located>(
    connection,
    `SELECT id, seq, consumer AS consumerId FROM dead_letters
     WHERE consumer IN (SELECT id FROM consumers WHERE name = ?) AND id > ? ORDER BY id LIMIT ?`,
  );
  const locateEvent = prepare<Located>(
    connection,
    `SELECT id, seq, consumer AS consumerId FROM dead_letters
     WHERE consumer IN (SELECT id FROM consumers WHERE name = ?) AND seq = ?`,
  );
  const remove = prepare(connection, 'DELETE FROM dead_letters WHERE id = ?');
  const old = prepare<Located>(
    connection,
    'SELECT id, seq, consumer AS consumerId FROM dead_letters WHERE at < ? ORDER BY at LIMIT ?',
  );
  const stateOf = (id: number) => store.consumers.find((consumer) => consumer.id === id);

  function replayOne({ seq, consumerId }: Located, now: Now): void {
    const state = stateOf(consumerId);
    if (state) sendAgain.one(state, seq, now);
    else sendAgain.ofOther(consumerId, seq, now);
  }

  function discardOne({ id, seq, consumerId }: Located): void {
    remove.run(id);
    const state = stateOf(consumerId);
    if (!state) return;
    state.deadLetters--;
    encryptedPii.deleteIfSettled(state, seq);
  }

  function* located(numbers: readonly number[], find: (number: number) => Located[]): Generator<Located[]> {
    const each = [...new Set(numbers)];
    for (let start = 0; start < each.length; start += CHUNK)
      yield each.slice(start, start + CHUNK).flatMap(find);
  }

  /** The selected rows in chunks. Of a consumer: those that exist at the start, not dead letters added meanwhile. */
  function* select(selection: DeadLetterSelection): Generator<Located[]> {
    if ('ids' in selection) return yield* located(selection.ids, (id) => locate.all(id));
    const { consumer, seqs } = selection;
    if (seqs) return yield* located(seqs, (seq) => locateEvent.all(consumer, seq));
    const newest = all.get(NEWEST, 1)?.id ?? 0;
    for (let after = 0; ; ) {
      const rows = locateMore.all(consumer, after, CHUNK).filter(({ id }) => id <= newest);
      const last = rows.at(-1);
      if (!last) return;
      yield rows;
      after = last.id;
    }
  }

  function* each(
    selection: DeadLetterSelection,
    action: number | undefined,
    apply: (row: Located) => void,
  ): Generator<undefined, number> {
    let count = 0;
    for (const rows of select(selection)) {
      store.transaction(() => {
        rows.forEach(apply);
        audit.reached(action, rows.length);
      });
      count += rows.length;
      yield;
    }
    return count;
  }

  return {
    list: (consumer: string | undefined, limit: number, before: number = NEWEST): DeadLetterRow[] =>
      consumer === undefined ? all.all(before, limit) : ofConsumer.all(before, consumer, limit),
    replay: (selection: DeadLetterSelection, action: number | undefined, now: Now) =>
      each(selection, action, (row) => replayOne(row, now)),
    discard: (selection: DeadLetterSelection, action: number | undefined) =>
      each(selection, action, discardOne),
    /** Discards what became a dead letter before a time, also of consumers that are no longer configured. */
    *retain(beforeMs: number): Generator<undefined, void> {
      yield* untilDone(store, () => {
        const rows = old.all(beforeMs, CHUNK);
        rows.forEach(discardOne);
        return rows.length;
      });
    },
  };
}
export type DeadLetters = ReturnType<typeof createDeadLetters>;

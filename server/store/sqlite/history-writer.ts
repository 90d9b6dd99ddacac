import { storageFault } from '../errors.ts';
import { DIGEST_BYTES } from '../history.ts';
import type { StoredHistoryRow } from './history-row.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';
import { placesOf } from './ranges.ts';

/** A row as it is written: texts are cut, events are ranges. */
export interface WrittenRow extends Omit<StoredHistoryRow, 'id' | 'consumer'> {
  consumerId: number;
  match: string | null;
  digests: Uint8Array | null;
}

/** How long rows wait after one met a full disk: that delays history, and not the settlement that frees space. */
const FULL_MS = 60_000;
/** Some 5 MB. Beyond these the oldest are lost. */
const MOST_WAITING = 10_000;
/** Of a row besides its texts. */
const ROW_BYTES = 60;

/** An event that was erased has zeros in the place of its digest. */
export function forgotten(digests: Uint8Array | null, places: readonly number[]): Uint8Array | null {
  const left = digests?.slice() ?? null;
  for (const place of places) left?.fill(0, place * DIGEST_BYTES, (place + 1) * DIGEST_BYTES);
  return left;
}

/**
 * Writes rows of the delivery history. Those that meet a full disk wait in memory, and later ones behind them, until there is
 * room; the end of the process loses them.
 */
export function createHistoryWriter(store: OpenStore) {
  const insert = prepare(
    store.connection,
    `INSERT INTO delivery_history
       (consumer, at, ms, outcome, attempt, status, code, request_id, words, events, results, match, digests, total)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
       ?14 + coalesce((SELECT total FROM delivery_history ORDER BY id DESC LIMIT 1), 0))`,
  );
  let fullUntilMs = Number.NEGATIVE_INFINITY;
  /** Oldest first. Replaced, never changed, so that a rollback restores it. */
  let waiting: readonly WrittenRow[] = [];
  let waitingBefore = waiting;
  store.joinTransactions({
    begin() {
      waitingBefore = waiting;
    },
    rollback() {
      waiting = waitingBefore;
    },
  });

  function write(row: WrittenRow): void {
    const { consumerId, atMs, ms, outcome, attempt, status, code, requestId, words } = row;
    const { events, results, match, digests } = row;
    const bytes = [code, requestId, words, events, results, match].reduce(
      (sum, text) => sum + Buffer.byteLength(text ?? ''),
      ROW_BYTES + (digests?.length ?? 0),
    );
    const answer = [status, code, requestId, words] as const;
    insert.run(consumerId, atMs, ms, outcome, attempt, ...answer, events, results, match, digests, bytes);
  }

  return {
    add(row: WrittenRow): void {
      const rows = [...waiting, row];
      let written = 0;
      try {
        if (row.atMs >= fullUntilMs)
          for (; written < rows.length; written++) write(rows[written] as WrittenRow);
      } catch (error) {
        if (storageFault(error) !== 'full') throw error;
        fullUntilMs = row.atMs + FULL_MS;
        // SQLite undoes the statement alone, or the whole transaction: then it is settled again, and this row waits.
        if (!store.connection.isTransaction) throw error;
      }
      waiting = rows.slice(Math.max(written, rows.length - MOST_WAITING));
    },

    /** The rows of a consumer that are not written yet. */
    waitingOf: (consumerId: number) => waiting.filter((row) => row.consumerId === consumerId),

    /** What `History.forget` removes from rows, of those that wait. */
    forget(seqs: ReadonlySet<number>): void {
      const placesIn = placesOf(seqs);
      waiting = waiting.map((row) => {
        const places = placesIn(row.events);
        return places.length === 0 ? row : { ...row, words: null, digests: forgotten(row.digests, places) };
      });
    },

    purge(shop: string): void {
      const own = new Set(store.consumers.filter((one) => one.shop === shop).map(({ id }) => id));
      waiting = waiting.filter(({ consumerId }) => !own.has(consumerId));
    },
  };
}

import { type ConsentState, NOTHING_SAID, orElse, PURPOSES } from '../../../shared/consent.ts';
import type { Source } from '../../../shared/protected-event.ts';
import { createCache } from '../../lib/cache.ts';
import type { ConsentChange } from '../consent-record.ts';
import type { ShopKey } from './ahead.ts';
import { createConsentBound } from './consent-bound.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

/** One statement about some purposes. */
export interface Said {
  choice: ConsentState;
  source: Source;
  /** When it was said, never after `receivedAtMs`. */
  atMs: number;
  receivedAtMs: number;
  /** Keyed digest of the sender's address: what browsers may add is bounded for each. */
  witness: string | null;
  /** When it was said by the clock of the browser that sent it; null: unknown. */
  ownMs: number | null;
}

/** One row, as leases read it. */
export interface ConsentRow {
  state: ConsentState;
  sinceMs: number;
  usedAtMs: number;
}

/**
 * What is kept as text: when each purpose was last decided, and when by the clock of the browser that decided it; the
 * latest changes, oldest first. Earlier versions wrote no `own`.
 */
interface RecordText {
  at: number[];
  own?: (number | null)[];
  history: ConsentChange[];
}
interface Known extends RecordText, ConsentRow {
  /** `at` as it is stored. */
  stored: number[];
}

/** Nearly all messages of a visitor repeat what the one before said. */
const MAX_KNOWN = 20_000;
/** Subjects without a record are kept in memory up to this many, then looked up anew. */
const MAX_ABSENT = 50_000;
const MAX_HISTORY = 20;
const DAY_MS = 86_400_000;
/**
 * That something was said again is written this often; in between it is known in memory. After a crash a grant from in
 * between would undo a denial, so denials are written more often.
 */
const REPEAT_MS = { g: 10 * 60_000, d: 60_000 };
/** No request is on its way for longer. */
const IN_FLIGHT_MS = 5 * 60_000;

/** What changed in one call. */
export interface ConsentChanges {
  /** Of which subjects a purpose was denied that was not before, as `shop\nsubject`. */
  denied: string[];
  /** How many such denials there were since the start. */
  denials: number;
  /** New records beyond the bound of their address, of which no grant was recorded. */
  refused: number;
}

export type Consents = ReturnType<typeof createConsents>;

/** The consent record: what was last said for each purpose by each visitor and about each person. */
export function createConsents(store: OpenStore) {
  const { connection } = store;
  const read = prepare<ConsentRow & { record: string }>(
    connection,
    `SELECT state, since AS sinceMs, used_at AS usedAtMs, record FROM consents WHERE shop = ? AND subject = ?`,
  );
  const readAll = prepare<ConsentRow & { subject: string; record: string }>(
    connection,
    `SELECT subject, state, since AS sinceMs, used_at AS usedAtMs, record FROM consents
     WHERE shop = ? AND subject IN (SELECT value FROM json_each(?))`,
  );
  const insert = prepare(
    connection,
    `INSERT INTO consents (shop, subject, state, since, used_at, record) VALUES (?1, ?2, ?3, ?4, ?4, ?5)`,
  );
  const update = prepare(
    connection,
    'UPDATE consents SET state = ?3, used_at = ?4, record = ?5 WHERE shop = ?1 AND subject = ?2',
  );
  const setUsed = prepare(
    connection,
    'UPDATE consents SET used_at = max(used_at, CAST(?3 AS BIGINT)) WHERE shop = ?1 AND subject = ?2',
  );
  const known = createCache<string, Known>(MAX_KNOWN);
  const absent = new Set<string>();
  const mayAdd = createConsentBound();
  let denied: string[] = [];
  let refused = 0;
  let denials = 0;
  // What a failed transaction wrote is not there: the next message writes it again.
  const forget = () => {
    known.clear();
    absent.clear();
  };
  store.joinTransactions({
    begin() {},
    forget,
    rollback() {
      forget();
      denied = [];
      refused = 0;
    },
  });

  function load(shop: string, subject: string): Known | undefined {
    const key = `${shop}\n${subject}`;
    const found = known.get(key);
    if (found || absent.has(key)) return found;
    return keep(key, read.get(shop, subject));
  }

  function keep(key: string, row: (ConsentRow & { record: string }) | undefined): Known | undefined {
    if (!row) {
      if (absent.size >= MAX_ABSENT) absent.clear();
      absent.add(key);
      return undefined;
    }
    const { record, state, sinceMs, usedAtMs } = row;
    const text: RecordText = JSON.parse(record);
    const loaded = { state, sinceMs, usedAtMs, ...text, stored: [...text.at] };
    known.set(key, loaded);
    return loaded;
  }

  /** Subjects that will be asked next. */
  function readAhead(subjects: readonly ShopKey[]): void {
    const isUnknown = (key: string) => !known.has(key) && !absent.has(key);
    for (const [shop, own] of Map.groupBy(subjects, ([shop]) => shop)) {
      const unknown = [...new Set(own.map(([, subject]) => subject))].filter(
        (subject) => subject !== '' && isUnknown(`${shop}\n${subject}`),
      );
      if (unknown.length === 0) continue;
      const found = new Map(readAll.all(shop, JSON.stringify(unknown)).map((row) => [row.subject, row]));
      for (const subject of unknown) keep(`${shop}\n${subject}`, found.get(subject));
    }
  }

  /** A denial is always recorded: the bytes that an address may send in a day bound those. */
  function add(shop: string, subject: string, said: Said): void {
    const { atMs, receivedAtMs, source, ownMs } = said;
    let { choice } = said;
    if (choice.includes('g') && !mayAdd(said)) {
      refused++;
      choice = choice.replaceAll('g', '-');
      if (choice === NOTHING_SAID) return;
    }
    const at = [...choice].map((said) => (said === '-' ? 0 : atMs));
    const own = at.map((ms) => (ms === 0 ? null : ownMs));
    const history = [{ receivedAtMs, atMs, source, state: choice }];
    insert.run(shop, subject, choice, receivedAtMs, JSON.stringify({ at, own, history }));
    absent.delete(`${shop}\n${subject}`);
    known.set(`${shop}\n${subject}`, {
      ...{ state: choice, sinceMs: receivedAtMs, usedAtMs: receivedAtMs, at, own, history },
      stored: [...at],
    });
    if (choice.includes('d')) deny(shop, subject);
  }

  function deny(shop: string, subject: string): void {
    const key = `${shop}\n${subject}`;
    denied.push(key);
    denials++;
    store.recordDenial(key);
  }

  function change(shop: string, subject: string, record: Known, said: Said): void {
    const { choice, atMs, receivedAtMs, source, ownMs } = said;
    const before = record.state;
    const at = [...record.at];
    const own = PURPOSES.map((_, index) => record.own?.[index] ?? null);
    const merged = [...before].map((old, index) => {
      const now = choice[index] ?? '-';
      const lastMs = record.at[index] ?? 0;
      if (now === '-' || (old !== '-' && atMs < lastMs)) return old;
      if (old === 'd' && now === 'g' && (atMs === lastMs || wasOvertaken(said, lastMs, own[index])))
        return old;
      at[index] = atMs;
      own[index] = ownMs;
      return now;
    });
    const state = merged.join('');
    const isChange = state !== before;
    const isStale = at.some(
      (ms, index) => ms - (record.stored[index] ?? 0) > REPEAT_MS[merged[index] === 'd' ? 'd' : 'g'],
    );
    Object.assign(record, { state, at, own });
    if (isChange) {
      record.history = [...record.history, { receivedAtMs, atMs, source, state }].slice(-MAX_HISTORY);
    }
    if (!isChange && !isStale && receivedAtMs - record.usedAtMs < DAY_MS) return;
    record.usedAtMs = Math.max(record.usedAtMs, receivedAtMs);
    record.stored = [...at];
    const { history, usedAtMs } = record;
    update.run(shop, subject, state, usedAtMs, JSON.stringify({ at, own, history }));
    if (merged.some((one, index) => one === 'd' && before[index] !== 'd')) deny(shop, subject);
  }

  return {
    readAhead,
    /** Of each purpose the latest statement counts; repeats change nothing. */
    record(shop: string, subject: string, said: Said): void {
      if (subject === '' || said.choice === NOTHING_SAID) return;
      const found = load(shop, subject);
      if (found) change(shop, subject, found, said);
      else add(shop, subject, said);
    },
    /** The same where there is a record already. */
    amend(shop: string, subject: string, said: Said): void {
      const found = subject === '' || said.choice === NOTHING_SAID ? undefined : load(shop, subject);
      if (found) change(shop, subject, found, said);
    },
    find: (shop: string, subject: string): ConsentRow | undefined =>
      subject === '' ? undefined : load(shop, subject),
    /** Keeps a record that is needed. Writes once a day at most. */
    use(shop: string, subject: string, { usedAtMs }: Pick<ConsentRow, 'usedAtMs'>, nowMs: number): void {
      if (nowMs - usedAtMs < DAY_MS) return;
      setUsed.run(shop, subject, nowMs);
      const found = known.get(`${shop}\n${subject}`);
      if (found) found.usedAtMs = Math.max(found.usedAtMs, nowMs);
    },
    /** What counted at a time, epoch ms, as far as it was said by then. */
    stateAt(shop: string, subject: string, atMs: number): ConsentState {
      const { history = [] } = load(shop, subject) ?? {};
      const [first] = history;
      if (history.length === 1 && first) return first.atMs <= atMs ? first.state : NOTHING_SAID;
      let previous = NOTHING_SAID;
      let found = NOTHING_SAID;
      for (const { state, atMs: saidAtMs } of history) {
        const changed = [...state].map((now, purpose) => (now === previous[purpose] ? '-' : now)).join('');
        if (saidAtMs <= atMs) found = orElse(changed, found);
        previous = state;
      }
      return found;
    },
    /** Oldest first. */
    history: (shop: string, subject: string): ConsentChange[] => load(shop, subject)?.history ?? [],
    /** Forgets what is known in memory of a subject whose row was removed. */
    forget: (shop: string, subject: string) => void known.delete(`${shop}\n${subject}`),
    /** The same of every subject. Takes milliseconds, whatever is known. */
    forgetAll: () => known.clear(),
    /** How many denials were recorded since the start. */
    denials: () => denials,
    /** What other processes recorded is among the next changes. */
    readForeign(): void {
      const others = store.foreignDenials();
      denied.push(...others);
      denials += others.length;
    },
    /** Since the last call; null: nothing that others need to know. */
    changes(): ConsentChanges | null {
      if (denied.length + refused === 0) return null;
      const since = { denied, refused, denials };
      denied = [];
      refused = 0;
      return since;
    },
  };
}

/**
 * Whether a grant was said before the denial that is recorded, by the clock of the browser that said both, and arrived
 * after it. Its corrected time is by how long its request took too late.
 */
const wasOvertaken = ({ atMs, ownMs }: Said, deniedAtMs: number, deniedOwnMs: number | null | undefined) =>
  ownMs !== null && deniedOwnMs != null && ownMs <= deniedOwnMs && atMs - deniedAtMs <= IN_FLIGHT_MS;

/** The record that a choice of an earlier version becomes. */
export const formerRecord = (choice: ConsentState, receivedAtMs: number): string => {
  const change: ConsentChange = {
    receivedAtMs,
    atMs: receivedAtMs,
    source: 'browser',
    state: choice,
  };
  return JSON.stringify({ at: PURPOSES.map(() => receivedAtMs), history: [change] } satisfies RecordText);
};

import { type Connection, prepare } from '../prepare.ts';
import { segmentOf } from './keys.ts';

/** One event as the index has it. `label` null: a report that lists leave out. */
export interface IndexedEvent {
  shop: number;
  seq: number;
  atMs: number;
  source: number;
  label: number | null;
  isSent: number;
}
/** Events of one stream, newest first. All of the stream from `readTo` on was read. */
export interface Part {
  events: IndexedEvent[];
  readTo: number;
}
/** Reads on below `before`, at most `max` events, and none below `from`. */
export type Stream = (before: number, from: number, max: number) => Part;

const COLUMNS = 'shop, seq, at AS atMs, source, label, is_sent AS isSent';
const ALL = Number.MAX_SAFE_INTEGER;
const PART = 'seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?';

/** The ways to read events in order, each by an index. */
export interface Streams {
  ofShop(shop: number): Stream;
  ofLabel(label: number): Stream;
  ofSource(shop: number, source: number): Stream;
  ofKey(shop: number, key: number): Stream;
  ofOrder(shop: number, orderId: number): Stream;
  ofDeadLetters(shop: number, consumer: number): Stream;
  ofQueue(shop: number, consumer: number): Stream;
  ofUndelivered(shop: number, consumer: number, state: number, reason: number): Stream;
  /** Every reason with which outcomes of a state were stored. */
  reasons(consumer: number, state: number): number[];
  hasKey(key: number, seq: number): boolean;
  /** Every event with the key. */
  keyed(key: number): number[];
  event(shop: number, seq: number): IndexedEvent | undefined;
}

export function createStreams(connection: Connection): Streams {
  const events = (where: string, index = '') =>
    prepare<IndexedEvent>(connection, `SELECT ${COLUMNS} FROM events ${index} WHERE ${where} AND ${PART}`);
  const numbers = (table: string, where: string) =>
    prepare<{ seq: number }>(connection, `SELECT seq FROM ${table} WHERE ${where} AND ${PART}`);
  const ofShop = events('shop = ? AND label IS NOT NULL');
  const ofLabel = events('label = ?', 'INDEXED BY events_by_label');
  const ofSource = events(
    'shop = ? AND source = ? AND source > 0 AND label IS NOT NULL',
    'INDEXED BY events_by_source',
  );
  const ofKey = numbers('keys', 'segment = ? AND key = ?');
  const ofOrder = numbers('store.events', 'order_id = ?');
  const ofDeadLetters = numbers('store.dead_letters', 'consumer = ?');
  const ofQueue = numbers('store.deliveries', 'consumer = ?');
  const ofUndelivered = numbers('outcomes', 'consumer = ? AND state = ? AND state > 0 AND reason = ?');
  const reasons = prepare<{ reason: number }>(
    connection,
    'SELECT DISTINCT reason FROM tallies WHERE consumer = ? AND state = ?',
  );
  const key = prepare<object>(connection, 'SELECT 1 FROM keys WHERE segment = ? AND key = ? AND seq = ?');
  const event = prepare<IndexedEvent>(connection, `SELECT ${COLUMNS} FROM events WHERE shop = ? AND seq = ?`);
  const segments = prepare<{ first: number | null; last: number | null }>(
    connection,
    'SELECT (SELECT min(segment) FROM keys) AS first, (SELECT max(segment) FROM keys) AS last',
  );

  const toPart = (events: IndexedEvent[], from: number, max: number): Part => ({
    events,
    readTo: events.length < max ? from : (events.at(-1)?.seq ?? from),
  });
  const rows =
    (query: { all(...parameters: number[]): IndexedEvent[] }, ...of: number[]): Stream =>
    (before, from, max) =>
      toPart(query.all(...of, before, from, max), from, max);
  /** What is not in the index yet, or no more, is left out. */
  const located =
    (shop: number, read: (before: number, from: number, max: number) => { seq: number }[]): Stream =>
    (before, from, max) => {
      const found = read(before, from, max);
      const events = found.flatMap(({ seq }) => event.get(shop, seq) ?? []);
      return { events, readTo: found.length < max ? from : (found.at(-1)?.seq ?? from) };
    };

  function keyed(value: number, before: number, from: number, max: number): { seq: number }[] {
    const found: { seq: number }[] = [];
    const known = segments.get();
    const first = Math.max(segmentOf(from), known?.first ?? 0);
    for (
      let segment = Math.min(segmentOf(before), known?.last ?? -1);
      segment >= first && found.length < max;
      segment--
    )
      found.push(...ofKey.all(segment, value, before, from, max - found.length));
    return found;
  }

  return {
    ofShop: (shop) => rows(ofShop, shop),
    ofLabel: (label) => rows(ofLabel, label),
    ofSource: (shop, source) => rows(ofSource, shop, source),
    ofKey: (shop, value) => located(shop, (...range) => keyed(value, ...range)),
    ofOrder: (shop, orderId) => located(shop, (...range) => ofOrder.all(orderId, ...range)),
    ofDeadLetters: (shop, consumer) => located(shop, (...range) => ofDeadLetters.all(consumer, ...range)),
    ofQueue: (shop, consumer) => located(shop, (...range) => ofQueue.all(consumer, ...range)),
    ofUndelivered: (shop, consumer, state, reason) =>
      located(shop, (...range) => ofUndelivered.all(consumer, state, reason, ...range)),
    reasons: (consumer, state) => reasons.all(consumer, state).map(({ reason }) => reason),
    hasKey: (value, seq) => key.get(segmentOf(seq), value, seq) !== undefined,
    keyed: (value) => keyed(value, ALL, 0, ALL).map(({ seq }) => seq),
    event: (shop, seq) => event.get(shop, seq),
  };
}

/** Several streams as one. */
export function merged(streams: readonly Stream[], before: number, from: number, max: number): Part {
  const parts = streams.map((stream) => stream(before, from, max));
  const readTo = Math.max(from, ...parts.map((part) => part.readTo));
  const found = new Map<number, IndexedEvent>();
  for (const { events } of parts)
    for (const event of events) if (event.seq >= readTo) found.set(event.seq, event);
  return { events: [...found.values()].sort((a, b) => b.seq - a.seq), readTo };
}

import type { Consumer } from '../store.ts';
import { AUDIENCE } from './audience.ts';
import { prepare } from './prepare.ts';
import type { ConsumerState, Member, OpenStore, Tables } from './tables.ts';

export type { ConsumerState, OpenStore } from './tables.ts';

type Cursors = Pick<ConsumerState, 'cursor' | 'trustedCursor'>;

/** The newest event the consumer may have leased. */
export const reachedSeq = ({ cursor, trustedCursor }: Cursors): number => Math.max(cursor, trustedCursor);

/** True for an event that a consumer with these cursors has not leased yet. `voice`: as in the column, 0 of a browser. */
export const isBeyond = (
  { cursor, trustedCursor }: Cursors,
  { seq, voice }: { seq: number; voice: number },
) => seq > cursor && (voice === 0 || seq > trustedCursor);

/** True for an event that the consumer is to lease and has not leased yet. */
export const isAhead = (
  consumer: ConsumerState,
  event: { seq: number; voice: number; audience: number },
): boolean => (consumer.audience & event.audience) !== 0 && isBeyond(consumer, event);

export function createStore(tables: Tables, configured: readonly Consumer[]): OpenStore {
  const { connection, shared, nextSeq } = tables;
  const consumers = tables.transaction(() => configured.map((consumer) => loadConsumer(tables, consumer)));
  const byName = new Map(consumers.map((consumer) => [consumer.name, consumer]));
  if (byName.size < consumers.length) throw new RangeError('two consumers have the same name');

  const members: Member[] = [];
  let isRefreshed = false;
  const copyAll = () => consumers.map((consumer) => ({ ...consumer }));

  function refresh(): void {
    for (const { forget } of members) forget?.();
    shared?.refresh(consumers);
  }
  function saveChanged(before: readonly ConsumerState[]): void {
    if (!shared) return;
    for (const [index, consumer] of consumers.entries())
      if (hasChanged(consumer, before[index])) shared.save(consumer);
  }

  return {
    connection,
    consumers,
    nextSeq,
    nextId: (table) => tables.nextId?.(table) ?? null,
    isShared: shared !== undefined,
    isOwned: (consumer) => shared?.isOwned(consumer) ?? true,
    hasJob: (claim) => shared?.hasJob(claim) ?? true,
    recordDenial: (key) => shared?.recordDenial(key),
    foreignDenials: () => shared?.foreignDenials() ?? [],
    joinTransactions: (member) => void members.push(member),
    transaction(work) {
      for (const member of members) member.begin();
      let before = copyAll();
      try {
        return tables.transaction((isForeign) => {
          if (isForeign || !isRefreshed) {
            refresh();
            isRefreshed = true;
            before = copyAll();
          }
          const result = work();
          saveChanged(before);
          return result;
        });
      } catch (error) {
        for (const [index, consumer] of consumers.entries()) Object.assign(consumer, before[index]);
        for (const member of members) member.rollback();
        shared?.forget();
        isRefreshed = false;
        throw error;
      }
    },
    consumer(name) {
      const found = byName.get(name);
      if (!found) throw new RangeError(`unknown consumer ${name}`);
      return found;
    },
  };
}

/** What a transaction changes of a consumer. There may be a thousand consumers, and each transaction compares all of them. */
const CHANGING = [
  ...(['cursor', 'trustedCursor', 'waiting', 'deadLetters'] as const),
  ...(['requeuedTo', 'requeueEnd', 'resumedTo', 'resumeEnd', 'fence', 'state'] as const),
];
const hasChanged = (now: ConsumerState, before: ConsumerState | undefined): boolean =>
  CHANGING.some((name) => now[name] !== before?.[name]);

/** From the tables: what waits for the consumer with this name and shop, and its dead letters. `?3`: the bit of its audience. */
export const WAITING_SQL = `
  (SELECT count(*) FROM events WHERE shop = ?2 AND seq > cursor AND audience & ?3 <> 0
     AND (voice = 0 OR seq > trusted_cursor))
    + (SELECT count(*) FROM deliveries WHERE consumer = consumers.id) AS waiting,
  (SELECT count(*) FROM dead_letters WHERE consumer = consumers.id) AS deadLetters`;

/**
 * A consumer new to the log starts at its end. After a restart nothing is leased, and everything that waited is due
 * before what is new, oldest first, so that an identify is delivered before its tracks.
 */
function loadConsumer({ connection, assignedSeq }: Tables, consumer: Consumer): ConsumerState {
  const { name, shop } = consumer;
  const audience = AUDIENCE[consumer.audience];
  prepare(
    connection,
    'INSERT INTO consumers (name, shop, cursor, trusted_cursor) VALUES (?1, ?2, ?3, ?3) ON CONFLICT DO NOTHING',
  ).run(name, shop, assignedSeq());
  const state = prepare<Pick<ConsumerState, 'id' | 'cursor' | 'trustedCursor' | 'waiting' | 'deadLetters'>>(
    connection,
    `SELECT id, cursor, trusted_cursor AS trustedCursor, ${WAITING_SQL}
     FROM consumers WHERE name = ?1 AND shop = ?2`,
  ).get(name, shop, audience);
  if (!state) throw new Error(`consumer ${name} was not stored`);
  return { ...consumer, ...state, audience, ...resumed(state), fence: 0, state: '' };
}

/** Everything that an earlier process leased or postponed is due. */
export function resumed(cursors: Cursors) {
  const end = reachedSeq(cursors);
  return { requeuedTo: 0, requeueEnd: end, resumedTo: 0, resumeEnd: end };
}

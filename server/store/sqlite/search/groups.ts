import type { GroupQuery, OutcomeGroup } from '../../search.ts';
import { type Connection, prepare } from '../prepare.ts';
import { tryRead } from '../stored-event.ts';
import { prepareTexts } from '../stored-text.ts';
import type { Names } from './names.ts';
import type { Destination, Outcomes } from './outcomes.ts';
import { FINAL } from './schema.ts';
import { settledIn, squeeze } from './wanted-outcome.ts';

const MAX_GROUPS = 500;
const SAMPLES = 5;
/** Dead letters read in one step. */
const STEP = 2_000;
const SKIPPED = FINAL.indexOf('skipped');

/** One that has the words of its group. */
interface DeadLetterRow {
  id: number;
  seq: number;
  reason: string;
  answer: string | null;
  atMs: number;
}
type Draft = Omit<OutcomeGroup, 'messageIds'> & { seqs: number[] };

interface Parts {
  names: Pick<Names, 'reasonOf'>;
  outcomes: Outcomes;
}

/** Groups of dead letters, read one by one, and of skipped events, whose numbers are kept by the hour. */
export function createGroups(connection: Connection, { names, outcomes }: Parts) {
  const deadLetters = prepare<DeadLetterRow>(
    connection,
    `SELECT id, seq, reason, answer, at AS atMs FROM store.dead_letters WHERE consumer = ? AND id < ?
     ORDER BY id DESC LIMIT ?`,
  );
  const skipped = prepare<{ reason: number; count: number; first: number; last: number }>(
    connection,
    `SELECT reason, sum(count) AS count, min(hour) AS first, max(hour) AS last FROM tallies
     WHERE consumer = ? AND state = ${SKIPPED} AND hour >= ? AND hour < ? GROUP BY reason`,
  );
  const newest = prepare<{ seq: number; atMs: number }>(
    connection,
    `SELECT seq, at AS atMs FROM outcomes WHERE consumer = ? AND state = ${SKIPPED} AND state > 0 AND reason = ?
     ORDER BY seq DESC LIMIT ?`,
  );
  const bodyOf = prepareTexts<{ body: string }>(
    connection,
    'SELECT packed, body FROM store.events WHERE seq = ?',
  );

  function* dead({ id, name, shop }: Destination, query: GroupQuery): Generator<undefined, Draft[]> {
    const { fromMs, toMs } = settledIn(query, 'dead');
    const groups = new Map<string, Draft>();
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const rows = deadLetters.all(id, before, STEP);
      for (const { seq, reason, answer, atMs } of rows) {
        if (atMs < fromMs || atMs >= toMs) continue;
        const words = answer ? squeeze(answer) : undefined;
        const key = `${reason}\0${words}`;
        const group = groups.get(key);
        if (group) {
          group.count++;
          group.oldestAtMs = Math.min(group.oldestAtMs, atMs);
          group.newestAtMs = Math.max(group.newestAtMs, atMs);
          if (group.seqs.length < SAMPLES) group.seqs.push(seq);
        } else {
          const own = { shop, consumer: name, state: 'dead' as const, reason, count: 1 };
          const times = { oldestAtMs: atMs, newestAtMs: atMs, seqs: [seq] };
          groups.set(key, { ...own, ...(words !== undefined && { words }), ...times });
        }
      }
      before = rows.at(-1)?.id ?? 0;
      if (rows.length < STEP) return [...groups.values()];
      yield;
    }
  }

  function skips({ id, name, shop }: Destination, query: GroupQuery): Draft[] {
    const { fromMs, toMs } = settledIn(query, 'skipped');
    return skipped.all(id, fromMs, toMs).map(({ reason, count, first, last }) => {
      const samples = newest.all(id, reason, SAMPLES);
      return {
        ...{ shop, consumer: name, state: 'skipped' as const, reason: names.reasonOf(reason), count },
        oldestAtMs: first,
        newestAtMs: Math.max(last, ...samples.map(({ atMs }) => atMs)),
        seqs: samples.map(({ seq }) => seq),
      };
    });
  }

  const messageIds = (seqs: readonly number[]): string[] =>
    seqs.flatMap((seq) => tryRead(bodyOf.get(seq)?.body ?? '')?.messageId ?? []);

  return function* groups(query: GroupQuery): Generator<undefined, OutcomeGroup[]> {
    const { shop, consumers, state } = query;
    const found: Draft[] = [];
    for (const one of outcomes.destinations(shop)) {
      if (consumers && !consumers.includes(one.name)) continue;
      if (state !== 'skipped') found.push(...(yield* dead(one, query)));
      if (state !== 'dead') found.push(...skips(one, query));
      yield;
    }
    return found
      .sort((a, b) => b.count - a.count)
      .slice(0, MAX_GROUPS)
      .map(({ seqs, ...group }) => ({ ...group, messageIds: messageIds(seqs) }));
  };
}

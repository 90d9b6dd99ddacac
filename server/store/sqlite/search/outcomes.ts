import type { DeliveryOutcome } from '../../search.ts';
import type { Consumer } from '../../store.ts';
import { isBeyond } from '../open-store.ts';
import { type Connection, prepare } from '../prepare.ts';
import type { Names } from './names.ts';
import { FINAL } from './schema.ts';

/** A consumer that is a destination, with its progress by now. */
export interface Destination {
  id: number;
  name: string;
  shop: string;
  cursor: number;
  trustedCursor: number;
  /** Which stages of an order count as its sale. */
  saleStages: readonly ('placed' | 'paid')[];
}
/** What of an event decides who is sent it. */
export interface Sendable {
  seq: number;
  /** 0: of a browser. */
  source: number;
  isSent: number;
}
interface Queued {
  state: 'held' | 'leased' | 'retry';
  dueAtMs: number;
  attempt: number;
  reason: string | null;
}
interface Dead {
  reason: string;
  answer: string | null;
  attempt: number;
  atMs: number;
}
interface Ended {
  state: number;
  reason: number;
  atMs: number;
  attempt: number;
}

/** What became of events at each destination: from the store what waits and what is dead, from the index the rest. */
export interface Outcomes {
  /** The configured destinations, in their order. */
  destinations(shop?: string): Destination[];
  /** @param isLate rows of the history are not in the index yet: what was settled may be in one of them. */
  of(destination: Destination, event: Sendable, isLate: boolean): DeliveryOutcome;
}

export function createOutcomes(
  connection: Connection,
  names: Pick<Names, 'reasonOf'>,
  consumers: readonly Consumer[],
): Outcomes {
  const progress = prepare<Omit<Destination, 'saleStages'>>(
    connection,
    'SELECT id, name, shop, cursor, trusted_cursor AS trustedCursor FROM store.consumers WHERE name = ? AND shop = ?',
  );
  const queued = prepare<Queued>(
    connection,
    'SELECT state, due_at AS dueAtMs, attempt, reason FROM store.deliveries WHERE consumer = ? AND seq = ?',
  );
  const dead = prepare<Dead>(
    connection,
    'SELECT reason, answer, attempt, at AS atMs FROM store.dead_letters WHERE consumer = ? AND seq = ?',
  );
  const ended = prepare<Ended>(
    connection,
    'SELECT state, reason, at AS atMs, attempt FROM outcomes WHERE seq = ? AND consumer = ?',
  );
  const configured = consumers.filter(({ audience }) => audience === 'destinations');

  return {
    destinations: (shop) =>
      configured
        .filter((one) => shop === undefined || one.shop === shop)
        .flatMap(({ name, shop, saleStages = ['placed'] }) => {
          const found = progress.get(name, shop);
          return found ? { ...found, saleStages } : [];
        }),

    of(destination, event, isLate) {
      const { id, name: consumer } = destination;
      const waits = queued.get(id, event.seq);
      if (waits) return { consumer, ...describeQueued(waits) };
      const deadLetter = dead.get(id, event.seq);
      if (deadLetter) {
        const { answer, ...rest } = deadLetter;
        return { consumer, state: 'dead', ...rest, ...(answer !== null && { words: answer }) };
      }
      const end = ended.get(event.seq, id);
      if (!end) return { consumer, state: isAhead(destination, event) || isLate ? 'waiting' : 'none' };
      const { state, reason, ...rest } = end;
      const because = reason > 0 && { reason: names.reasonOf(reason) };
      const final = FINAL[state] ?? 'dead';
      // There is no dead letter any more: it was discarded.
      if (final === 'dead') return { consumer, state: 'none', ...because, ...rest };
      return { consumer, state: final, ...(final === 'skipped' && because), ...rest };
    },
  };
}

const isAhead = (destination: Destination, { seq, source }: Sendable): boolean =>
  isBeyond(destination, { seq, voice: source });

/** The number of the next attempt is one ahead of that of a lease under way. */
function describeQueued({ state, dueAtMs, attempt, reason }: Queued): Omit<DeliveryOutcome, 'consumer'> {
  const next = state === 'leased' ? attempt - 1 : attempt;
  const due = dueAtMs > 0 && state !== 'leased' && { dueAtMs };
  if (next <= 1) return { state: 'waiting', ...due };
  return { state: 'retry', attempt: next, ...(reason !== null && { reason }), ...due };
}

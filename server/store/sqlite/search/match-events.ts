import type { EventFilter } from '../../search.ts';
import { type Connection, prepare } from '../prepare.ts';
import type { Names } from './names.ts';
import type { Destination, Outcomes } from './outcomes.ts';
import { FINAL, SOURCES } from './schema.ts';
import { readSoughtIds } from './sought-ids.ts';
import type { IndexedEvent, Stream, Streams } from './streams.ts';
import { createIsWanted } from './wanted-outcome.ts';

/** As `EventFilter`, with several messages. */
export interface Wanted extends Omit<EventFilter, 'messageId'> {
  messageIds?: readonly string[];
}

/** How a search is done in one shop: where it reads, and what of it counts. */
export interface Matching {
  streams: Stream[];
  matches(event: IndexedEvent): boolean;
}

interface Parts {
  names: Names;
  streams: Streams;
  outcomes: Outcomes;
}

/** Something that events have or have not, with the streams of those that have it. */
interface Condition {
  streams: Stream[];
  holds(event: IndexedEvent): boolean;
}

/** A stream without what is below `first`. */
const endingAt =
  (first: number, stream: Stream): Stream =>
  (before, from, max) => {
    const end = Math.max(from, first);
    const { events, readTo } = stream(before, end, max);
    return { events, readTo: readTo <= end ? from : readTo };
  };

/** Turns what is looked for into streams by the index that leaves the fewest events, and a test of the rest. */
export function createMatchEvents(connection: Connection, { names, streams, outcomes }: Parts) {
  const named = prepare<{ id: number }>(
    connection,
    'SELECT order_id AS id FROM store.order_names WHERE shop = ? AND name = ?',
  );
  const isOfOrder = prepare<object>(connection, 'SELECT 1 FROM store.events WHERE seq = ? AND order_id = ?');

  function orderCondition(shop: string, shopId: number, name: string): Condition {
    const ids = named.all(shop, name).map(({ id }) => id);
    return {
      streams: ids.map((id) => streams.ofOrder(shopId, id)),
      holds: ({ seq, label }) => label !== null && ids.some((id) => isOfOrder.get(seq, id) !== undefined),
    };
  }

  function keyCondition(shopId: number, keys: readonly number[]): Condition {
    return {
      streams: keys.map((key) => streams.ofKey(shopId, key)),
      holds: ({ seq }) => keys.some((key) => streams.hasKey(key, seq)),
    };
  }

  const either = (conditions: readonly Condition[]): Condition => ({
    streams: conditions.flatMap((one) => one.streams),
    holds: (event) => conditions.some((one) => one.holds(event)),
  });

  const idConditions = (shop: string, shopId: number, wanted: Wanted): Condition[] =>
    readSoughtIds(shop, wanted).map(({ keys, orderName }) =>
      either([
        keyCondition(shopId, keys),
        ...(orderName === undefined ? [] : [orderCondition(shop, shopId, orderName)]),
      ]),
    );

  /** Where events of these states are found. Undefined: everywhere. */
  function streamsOfStates(
    shopId: number,
    of: readonly Destination[],
    { states, reason }: Wanted,
  ): Stream[] | undefined {
    const found: Stream[] = [];
    for (const { id, cursor, trustedCursor } of of)
      for (const state of states ?? []) {
        if (state === 'dead') found.push(streams.ofDeadLetters(shopId, id));
        else if (state === 'waiting' || state === 'retry') {
          found.push(streams.ofQueue(shopId, id));
          const ahead = Math.min(cursor, trustedCursor) + 1;
          if (state === 'waiting') found.push(endingAt(ahead, streams.ofShop(shopId)));
        } else if (state === 'skipped') {
          const known =
            reason === undefined ? streams.reasons(id, FINAL.indexOf(state)) : [names.knownReason(reason)];
          for (const one of known)
            if (one !== undefined) found.push(streams.ofUndelivered(shopId, id, FINAL.indexOf(state), one));
        } else return undefined;
      }
    return states ? found : undefined;
  }

  return (shop: string, wanted: Wanted, isLate: boolean): Matching | undefined => {
    const shopId = names.knownShop(shop);
    if (shopId === undefined) return undefined;
    const { type, name, source, fromMs = 0, toMs = Number.MAX_SAFE_INTEGER, consumers } = wanted;
    // What the streams are of needs no test: with thousands of messages it would be one for each pair of them.
    const [id, ...ids] = idConditions(shop, shopId, wanted);
    const labels =
      type === undefined && name === undefined
        ? undefined
        : new Set(names.labels({ shop: shopId, type: name === undefined ? type : 'track', name }));
    if (name !== undefined && type !== undefined && type !== 'track') return undefined;
    const sourceId = source === undefined ? undefined : SOURCES.indexOf(source);
    const isWanted = createIsWanted(wanted);
    const hasOutcome = isWanted !== undefined || consumers !== undefined;
    const of = outcomes
      .destinations(shop)
      .filter((one) => consumers === undefined || consumers.includes(one.name));
    const hasReports = wanted.messageIds !== undefined && !hasOutcome;

    const matches = (event: IndexedEvent): boolean =>
      (event.label !== null || hasReports) &&
      event.atMs >= fromMs &&
      event.atMs < toMs &&
      (!labels || (event.label !== null && labels.has(event.label))) &&
      (sourceId === undefined || event.source === sourceId) &&
      ids.every((one) => one.holds(event)) &&
      (!hasOutcome ||
        (event.isSent === 1 && of.some((one) => !isWanted || isWanted(outcomes.of(one, event, isLate)))));

    return {
      streams:
        id?.streams ??
        streamsOfStates(shopId, of, wanted) ??
        (labels && type !== 'track' ? [...labels].map(streams.ofLabel) : undefined) ??
        (sourceId ? [streams.ofSource(shopId, sourceId)] : [streams.ofShop(shopId)]),
      matches,
    };
  };
}
export type MatchEvents = ReturnType<typeof createMatchEvents>;

import { DIGEST_BYTES } from '../../history.ts';
import type { EventDetail, EventPage, EventQuery, EventRequest, FoundEvent } from '../../search.ts';
import { HISTORY_COLUMNS, type StoredHistoryRow, shownOf } from '../history-row.ts';
import { type Connection, prepare } from '../prepare.ts';
import { placesOf, rangesOf, resultsOf } from '../ranges.ts';
import { tryRead } from '../stored-event.ts';
import { prepareTexts } from '../stored-text.ts';
import { readBefore, toCursor } from './cursor.ts';
import type { Outcomes } from './outcomes.ts';
import type { Scan } from './scan.ts';
import type { IndexedEvent } from './streams.ts';
import type { Unjoined } from './unjoined.ts';

const MAX_PAGE = 200;

type RequestRow = StoredHistoryRow & { digests: Uint8Array | null };

interface Parts {
  outcomes: Outcomes;
  scan: Scan;
  unjoined: Pick<Unjoined, 'message'>;
}

/** Events with their texts, which are read from the store, and what became of them. */
export function createFindEvents(connection: Connection, { outcomes, scan, unjoined }: Parts) {
  const textOf = prepareTexts<{
    shop: string;
    receivedAtMs: number;
    body: string;
  }>(connection, 'SELECT shop, received_at AS receivedAtMs, packed, body FROM store.events WHERE seq = ?');
  const requestIds = prepare<{ request: number }>(
    connection,
    `SELECT request FROM earlier WHERE seq = ?1 UNION SELECT request FROM outcomes WHERE seq = ?1 ORDER BY request`,
  );
  const request = prepare<RequestRow>(
    connection,
    `SELECT ${HISTORY_COLUMNS}, h.digests
     FROM store.delivery_history h JOIN store.consumers c ON c.id = h.consumer WHERE h.id = ?`,
  );

  /** Undefined for one that is removed from the store since, or damaged. */
  function read(event: IndexedEvent, isLate: boolean): FoundEvent | undefined {
    const row = textOf.get(event.seq);
    const text = row && tryRead(row.body);
    if (!text) return undefined;
    const destinations = event.isSent === 1 ? outcomes.destinations(row.shop) : [];
    return {
      seq: event.seq,
      receivedAtMs: row.receivedAtMs,
      event: text,
      ...(event.label === null && { isReport: true as const }),
      outcomes: destinations.map((one) => outcomes.of(one, event, isLate)),
    };
  }

  const requestsOf = (seq: number): EventRequest[] =>
    requestIds.all(seq).flatMap(({ request: id }) => {
      const row = request.get(id);
      // The row that had the number may be removed, and another one have it.
      return row && holds(row.events, seq) ? [toRequest(row, seq)] : [];
    });

  return {
    read,
    requestsOf,
    *events({ limit, cursor, messageId, ...filter }: EventQuery): Generator<undefined, EventPage> {
      const wanted = {
        ...filter,
        ...(messageId && { messageIds: [messageId] }),
      };
      const { found, before } = yield* scan.page(wanted, Math.min(limit, MAX_PAGE), readBefore(cursor));
      const events = scan.snapshot((isLate) => found.flatMap((event) => read(event, isLate) ?? []));
      return { events, ...(before !== undefined && { nextCursor: toCursor(before) }) };
    },
    *event(shop: string, messageId: string): Generator<undefined, EventDetail | undefined> {
      const { found } = yield* scan.page({ shop, messageIds: [messageId] }, MAX_PAGE, undefined);
      const best = found.find(({ isSent, label }) => isSent === 1 && label !== null) ?? found[0];
      return scan.snapshot((isLate) => {
        const event = best && read(best, isLate);
        if (event) return { ...event, requests: requestsOf(event.seq) };
        const reported = unjoined.message(shop, messageId);
        return reported && { seq: 0, outcomes: [], requests: [], ...reported };
      });
    },
  };
}
export type FindEvents = ReturnType<typeof createFindEvents>;

function toRequest(row: RequestRow, seq: number): EventRequest {
  const [place = -1] = placesOf(new Set([seq]))(row.events);
  const digest = row.digests?.subarray(place * DIGEST_BYTES, (place + 1) * DIGEST_BYTES);
  const [own] = resultsOf(row.results).find(([, ranges]) => holds(ranges, seq)) ?? [];
  return {
    ...shownOf(row),
    ...(own !== undefined && { ownOutcome: own }),
    ...(digest?.some((byte) => byte !== 0) && { digest: Buffer.from(digest).toString('hex') }),
  };
}

const holds = (events: string, seq: number): boolean =>
  rangesOf(events).some(([from, to]) => from <= seq && seq <= to);

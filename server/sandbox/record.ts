import type { Fault } from './faults.ts';
import type { Api, Refusal } from './stand-in.ts';

/** One request: what arrived, what became of its events, what was answered. */
export interface Received {
  /** Counts up over all three APIs, in order of arrival. */
  id: number;
  api: Api;
  /** ISO 8601. */
  at: string;
  method: string;
  path: string;
  /** Without its question mark; absent when there was none. */
  query?: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** JSON when it could be parsed, else the text. */
  body: unknown;
  /** 0 when no answer was given (`hang`, `reset: 'before-answer'`). */
  status: number;
  answer: unknown;
  /** The single events taken: TikTok `data[]` items, Customer.io messages, SHOPLINE events. */
  accepted: unknown[];
  refused: Refusal[];
  /** SHOPLINE only: the rows of marketing statistics, or the body of flow statistics, that it took. */
  reports?: unknown[];
  /** The scripted fault this request met. */
  fault?: Fault;
}

/** The newest requests of one API, oldest first, within a bound of both requests and bytes. */
export interface RequestRecord {
  add(received: Received, bytes: number): void;
  list(): Received[];
  clear(): void;
}

/** The bounds hold a run of tens of thousands of ordinary events; what is older is forgotten. */
export function createRequestRecord(maxRequests = 20_000, maxBytes = 64 * 1024 * 1024): RequestRecord {
  let rows: { received: Received; bytes: number }[] = [];
  let heldBytes = 0;
  return {
    add(received, bytes) {
      rows.push({ received, bytes });
      heldBytes += bytes;
      let forget = 0;
      while (rows.length - forget > maxRequests || (heldBytes > maxBytes && rows.length - forget > 1)) {
        heldBytes -= rows[forget]?.bytes ?? 0;
        forget += 1;
      }
      if (forget > 0) rows.splice(0, forget);
    },
    list: () => rows.map((row) => row.received),
    clear() {
      rows = [];
      heldBytes = 0;
    },
  };
}

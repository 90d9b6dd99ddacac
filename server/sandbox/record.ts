import type { Fault } from './faults.ts';
import type { Api, Refusal } from './stand-in.ts';

/** One request with the result of its events and the response. */
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
  /** 0 when there was no response (`hang`, `reset: 'before-answer'`). */
  status: number;
  answer: unknown;
  /** The accepted events: TikTok `data[]` items, Customer.io messages, SHOPLINE events. */
  accepted: unknown[];
  refused: Refusal[];
  /** SHOPLINE only: accepted rows of marketing statistics, or the accepted body of flow statistics. */
  reports?: unknown[];
  /** The scripted fault that was applied. */
  fault?: Fault;
}

/** The newest requests of one API, oldest first, limited by count and by bytes. */
export interface RequestRecord {
  add(received: Received, bytes: number): void;
  list(): Received[];
  clear(): void;
}

/** The default limits hold tens of thousands of ordinary events; older requests are removed. */
export function createRequestRecord(maxRequests = 20_000, maxBytes = 64 * 1024 * 1024): RequestRecord {
  let rows: { received: Received; bytes: number }[] = [];
  let heldBytes = 0;
  return {
    add(received, bytes) {
      rows.push({ received, bytes });
      heldBytes += bytes;
      let removed = 0;
      while (rows.length - removed > maxRequests || (heldBytes > maxBytes && rows.length - removed > 1)) {
        heldBytes -= rows[removed]?.bytes ?? 0;
        removed += 1;
      }
      if (removed > 0) rows.splice(0, removed);
    },
    list: () => rows.map((row) => row.received),
    clear() {
      rows = [];
      heldBytes = 0;
    },
  };
}

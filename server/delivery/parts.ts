import type { ProtectedEvent, RawPii } from '../../shared/protected-event.ts';
import type { Destination } from '../destinations/destination.ts';
import type { Clock } from '../lib/clock.ts';
import type { Http } from '../lib/http-client.ts';
import type { RateLimiterFor } from '../lib/rate-limiter.ts';
import type { YieldToIngest } from '../lib/yield-to-ingest.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { EventLog } from '../store/event-log.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Breaker } from './breaker.ts';
import type { NoteOnce } from './once.ts';
import type { Identifies } from './order.ts';
import type { Report } from './report.ts';

/** What one worker is made of. */
export interface WorkerParts {
  /** Names this worker in the log: one destination of one shop. */
  consumer: string;
  shop: string;
  destination: Destination;
  settings: unknown;
  log: EventLog;
  ledger: Ledger;
  http: Http;
  decrypt: (encryptedPii: string, event: ProtectedEvent) => RawPii;
  clock: Clock;
  /** How fast a consumer may send; by default as its destination's limits say, shared with nobody. */
  rateLimiterFor?: RateLimiterFor;
  /** What delivery lets go first. */
  yieldToIngest: YieldToIngest;
  /** 0 ≤ random < 1. */
  random: () => number;
  counters: Counters;
  logger: Logger;
  report: Report;
}

/** What its rounds need besides: the worker's own state. */
export interface Shared extends WorkerParts {
  breaker: Breaker;
  identifies: Identifies;
  noteOnce: NoteOnce;
  /** Resolves when the next request may go. */
  rateLimiter: () => Promise<void>;
  isStopping: () => boolean;
}

/** One round of deliveries, and how things stood when it began. */
export interface RoundParts extends Shared {
  openings: number;
  /** Its leases end soon after, so it sends no further request. Epoch ms. */
  endsAtMs: number;
}

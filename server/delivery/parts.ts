import type { ProtectedEvent, RawPii } from '../../shared/protected-event.ts';
import type { Bots } from '../config/config.ts';
import type { Destination } from '../destinations/destination.ts';
import type { Clock } from '../lib/clock.ts';
import type { Http } from '../lib/http-client.ts';
import type { RateLimiterFor } from '../lib/rate-limiter.ts';
import type { YieldToIngest } from '../lib/yield-to-ingest.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { Store } from '../store/store.ts';
import type { Breaker } from './breaker.ts';
import type { DeadLetterLog } from './dead-letter-log.ts';
import type { Identifies } from './identifies.ts';
import type { Reserve } from './once.ts';
import type { Refusals } from './refusals.ts';
import type { Report } from './report.ts';

/** What one worker is started with. */
export interface WorkerParts {
  /** The store's name for this worker's progress: one destination of one shop. */
  consumer: string;
  shop: string;
  destination: Destination;
  settings: unknown;
  bots: Bots;
  log: Store;
  http: Http;
  decrypt: (encryptedPii: string, event: ProtectedEvent) => RawPii;
  clock: Clock;
  /** Default: a rate limiter of this worker's own. */
  rateLimiterFor?: RateLimiterFor;
  yieldToIngest: YieldToIngest;
  /** 0 ≤ random < 1. */
  random: () => number;
  counters: Counters;
  logger: Logger;
  report: Report;
}

/** What the rounds of one worker share. */
export interface SharedParts extends WorkerParts {
  breaker: Breaker;
  identifies: Identifies;
  reserve: Reserve;
  deadLetterLog: DeadLetterLog;
  refusals: Refusals;
  /** Resolves when the next request is allowed, or at once when the worker stops. */
  rateLimiter: () => Promise<void>;
  isStopping: () => boolean;
}

/** One round of deliveries. */
export interface RoundParts extends SharedParts {
  /** The breaker's `openings` when the round began. */
  openings: number;
  /** Epoch ms after which the round sends no further request, because its leases end soon. */
  endsAtMs: number;
}

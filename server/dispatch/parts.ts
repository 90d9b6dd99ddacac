import type { ProtectedEvent, RawPii } from '../../shared/protected-event.ts';
import type { Clock } from '../clock.ts';
import type { Destination } from '../destinations/destination.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { Ledger } from '../state/ledger.ts';
import type { Breaker } from './breaker.ts';
import type { Http } from './http.ts';
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
  openSeal: (sealed: string, event: ProtectedEvent) => RawPii;
  clock: Clock;
  /** 0 ≤ random < 1. */
  random: () => number;
  counters: Counters;
  logger: Logger;
  report: Report;
}

/** What a round of deliveries needs besides: the worker's own state. */
export interface RoundParts extends WorkerParts {
  breaker: Breaker;
  identifies: Identifies;
  /** Resolves when the next request may go. */
  pace: () => Promise<void>;
  isStopping: () => boolean;
}

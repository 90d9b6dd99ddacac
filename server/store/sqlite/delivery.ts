import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { DAMAGED } from '../dead-letter.ts';
import type { RecentDenials } from '../recent-denials.ts';
import type { Delivery } from '../store.ts';
import { subjectsOf } from './event-subjects.ts';
import type { LeasedRow } from './lease.ts';
import { clockShiftMs, type LogClock } from './log-clock.ts';
import { readConsent } from './recorded.ts';
import type { DeliverySettlement } from './settle.ts';
import { toEvent, UNREADABLE } from './unreadable.ts';

const MAX_ANSWER = 2000;
const NOT_RECORDED = { recorded: undefined, subjects: undefined };

interface Lease {
  consumer: string;
  leasedAtMs: number;
  clock: LogClock;
  settle(settlement: DeliverySettlement): void;
  recentDenials: RecentDenials;
}

/** Whose consent record a delivery follows; known once its event was read. */
interface Followed {
  shop: string;
  subjects: readonly string[];
}

/** A leased row as its consumer works on it. */
export function toDelivery(row: LeasedRow, lease: Lease): Delivery {
  const { attempt, encryptedPii, uncertainSinceMs, waitingSinceMs, denials } = row;
  const settling = createSettling(row, lease);
  let event: ProtectedEvent | undefined;
  const followed: Followed = { shop: '', subjects: [] };
  const read = () => {
    const { recorded, subjects } = row.consent === null ? NOT_RECORDED : readConsent(row.consent);
    const found = toEvent(row.body, recorded);
    Object.assign(followed, { shop: found.shop, subjects: subjects ?? subjectsOf(found) });
    return found;
  };
  return {
    // Parsed at first access, so that a large lease does not block the event loop.
    get event() {
      event ??= read();
      // Only this delivery fails; the others of the lease are not affected.
      if (event === UNREADABLE) settling.deadLetter('damaged', DAMAGED);
      return event;
    },
    get isDamaged() {
      return this.event === UNREADABLE;
    },
    isCurrent: () => !lease.recentDenials.anySince(followed, denials),
    seq: row.seq,
    isOrder: row.isOrder === 1,
    attempt,
    waitingSinceMs,
    ...(encryptedPii !== null && { encryptedPii }),
    ...(uncertainSinceMs !== null && { uncertainSinceMs: uncertainSinceMs + clockShiftMs(lease.clock) }),
    ...settling,
  };
}

/** Separate from the event, so that a caller who keeps these functions does not keep the event in memory. */
function createSettling(
  { seq, attempt, fence, uncertainSinceMs }: LeasedRow,
  { consumer, leasedAtMs, clock, settle }: Lease,
): Pick<Delivery, 'ack' | 'skip' | 'retry' | 'deadLetter'> {
  const lease = { consumer, attempt, fence, seqs: [seq] };
  let isSettled = false;
  const once = (settlement: DeliverySettlement) => {
    if (!isSettled) settle(settlement);
    isSettled = true;
  };
  return {
    ack: () => once({ ...lease, kind: 'ack' }),
    skip: (reason) => once({ ...lease, kind: 'skip', atMs: clock.now(), reason }),
    retry: (delayMs, reason, uncertain = false) =>
      once({
        ...lease,
        kind: 'retry',
        dueAtMs: clock.steady() + delayMs,
        reason,
        uncertainSinceMs: uncertainSinceMs ?? (uncertain ? leasedAtMs : null),
      }),
    deadLetter: (reason, answer) =>
      once({
        ...lease,
        kind: 'dead-letter',
        atMs: clock.now(),
        reason,
        answer: answer?.slice(0, MAX_ANSWER) ?? null,
      }),
  };
}

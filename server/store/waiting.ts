const DAY_MS = 86_400_000;

/** How long an event waits for a destination before operators are alerted. */
export const OVERDUE_MS = 7 * DAY_MS;
/** How long an event waits for a destination before it becomes a dead letter (`expired`). */
export const EXPIRES_MS = 28 * DAY_MS;

const IDLE_MS = 30_000;
/** While nothing waits, whatever is stored or taken over notifies: a thousand workers ask for nothing meanwhile. */
const NOTHING_WAITS_MS = 10 * 60_000;

/** How long whoever leases sleeps unless it is notified. @param dueMs as `Store.nextDueMs` gives it. */
export const msUntilDue = (dueMs: number | undefined, nowMs: number): number =>
  dueMs === undefined ? NOTHING_WAITS_MS : Math.min(Math.max(dueMs - nowMs, 0), IDLE_MS);

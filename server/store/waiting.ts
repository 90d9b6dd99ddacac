const DAY_MS = 86_400_000;

/** How long an event waits for a destination before operators are alerted. */
export const OVERDUE_MS = 7 * DAY_MS;
/** How long an event waits for a destination before it becomes a dead letter (`expired`). */
export const EXPIRES_MS = 28 * DAY_MS;

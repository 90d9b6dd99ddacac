/** Whether a destination accepts what it is sent, event by event. */
export interface Refusals {
  delivered(): void;
  /** The event became a dead letter. */
  refused(): void;
  state(): { delivered: number; dead: number; deadSinceAccepted?: number };
}

const IN_A_ROW = 3;
const MINUTE_MS = 60_000;
const MINUTES = 60;

/** Of one worker, in memory: the last hour by minute, and dead letters since three events in a row were last delivered. */
export function createRefusals(nowMs: () => number): Refusals {
  let inARow = 0;
  let since: number | undefined;
  const minutes: { minute: number; delivered: number; dead: number }[] = [];

  function current() {
    const minute = Math.floor(nowMs() / MINUTE_MS);
    while (minutes[0] && Math.abs(minute - minutes[0].minute) >= MINUTES) minutes.shift();
    const last = minutes.at(-1);
    if (last?.minute === minute) return last;
    const added = { minute, delivered: 0, dead: 0 };
    minutes.push(added);
    return added;
  }
  return {
    delivered() {
      current().delivered++;
      inARow++;
      if (inARow >= IN_A_ROW) since = 0;
    },
    refused() {
      current().dead++;
      inARow = 0;
      if (since !== undefined) since++;
    },
    state() {
      current();
      const sum = (what: 'delivered' | 'dead') => minutes.reduce((total, one) => total + one[what], 0);
      return {
        delivered: sum('delivered'),
        dead: sum('dead'),
        ...(since !== undefined && { deadSinceAccepted: since }),
      };
    },
  };
}

/** Whether a destination accepts what it is sent, event by event. */
export interface Refusals {
  delivered(): void;
  /** The event became a dead letter. */
  refused(): void;
  /** Dead letters since three events in a row were last delivered; undefined while they never were. */
  sinceAccepted(): number | undefined;
}

const IN_A_ROW = 3;

/** Of one worker, in memory. */
export function createRefusals(): Refusals {
  let inARow = 0;
  let since: number | undefined;
  return {
    delivered() {
      inARow++;
      if (inARow >= IN_A_ROW) since = 0;
    },
    refused() {
      inARow = 0;
      if (since !== undefined) since++;
    },
    sinceAccepted: () => since,
  };
}

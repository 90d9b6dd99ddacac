import { isMainThread } from 'node:worker_threads';

/**
 * Preloaded into every process of a fleet: ends it when its parent has ended, even by SIGKILL, and answers how much CPU
 * time its longest turn of the event loop took.
 */
process.on('disconnect', () => process.exit(1));

/** Asked for the longest turn since it was asked last; the first time begins to measure. */
export interface TurnsAsked {
  turns: true;
}
export interface TurnsAnswered {
  longestTurnMs: number;
}

let longestUs = 0;
let lastUs: number | undefined;

/** A timer that is due in every turn: what the thread worked since the last one, it worked in one turn. */
function measure(): void {
  const { user, system } = process.threadCpuUsage();
  if (lastUs !== undefined) longestUs = Math.max(longestUs, user + system - lastUs);
  lastUs = user + system;
}

if (isMainThread)
  process.on('message', (asked: Partial<TurnsAsked>) => {
    if (!asked.turns) return;
    if (lastUs === undefined) setInterval(measure, 1).unref();
    measure();
    process.send?.({ longestTurnMs: longestUs / 1000 } satisfies TurnsAnswered);
    longestUs = 0;
  });
// Waiting for that is no reason to stay.
process.channel?.unref();

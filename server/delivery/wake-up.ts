import type { Clock } from '../lib/clock.ts';

/** Why a worker should lease again. */
export type WakeUpReason = 'event-stored' | 'round-ended';

/** What happened since the worker's last lease. Anything that happened before `sleep` ends it at once. */
export interface WakeUp {
  notify(reason: WakeUpReason): void;
  has(reason: WakeUpReason): boolean;
  clear(): void;
  /** Resolves after `ms`, at the first reason, or when the worker stops. */
  sleep(ms: number): Promise<void>;
}

export function createWakeUp(clock: Clock, stopping: AbortSignal): WakeUp {
  const reasons = new Set<WakeUpReason>();
  let endSleep = () => {};
  return {
    notify(reason) {
      reasons.add(reason);
      endSleep();
    },
    has: (reason) => reasons.has(reason),
    clear: () => reasons.clear(),
    async sleep(ms) {
      if (reasons.size > 0) return;
      const woken = new AbortController();
      endSleep = () => woken.abort();
      await clock.sleep(ms, AbortSignal.any([woken.signal, stopping]));
      endSleep = () => {};
    },
  };
}

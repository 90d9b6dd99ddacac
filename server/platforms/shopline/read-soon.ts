import type { Clock } from '../../lib/clock.ts';

/** Between two readings: webhooks of many orders share the next one. */
const PAUSE_MS = 5_000;
/** The first may come before what it looks for is listed. */
const READINGS = 2;

interface Asked {
  fromMs: number;
  onRead: () => Promise<unknown>;
  readings: number;
}

export interface ReadSoon {
  /**
   * Reads what changed since this time, epoch ms, twice: at once, or after the reading under way, and after a pause. Calls
   * `onRead` then, and at once when the reading is refused; not when it fails.
   */
  ask(fromMs: number, onRead: () => Promise<unknown>): void;
  stop(): Promise<void>;
}

/**
 * Readings on demand, one at a time. One that fails is not repeated.
 *
 * @param onError receives whatever `read` throws. @returns whether it would be refused again.
 */
export function createReadSoon(
  read: (fromMs: number, signal: AbortSignal) => Promise<void>,
  clock: Clock,
  onError: (error: unknown) => boolean,
): ReadSoon {
  const stopping = new AbortController();
  let waiting: Asked[] = [];
  let running: Promise<void> | undefined;
  async function run(): Promise<void> {
    while (waiting.length > 0 && !stopping.signal.aborted) {
      const asked = waiting;
      waiting = [];
      const outcome = await read(Math.min(...asked.map(({ fromMs }) => fromMs)), stopping.signal).then(
        () => 'read',
        (error) => (onError(error) ? 'refused' : 'failed'),
      );
      for (const one of asked) {
        if (outcome === 'read' && ++one.readings < READINGS) waiting.push(one);
        else if (outcome !== 'failed') await one.onRead().catch(onError);
      }
      await clock.sleep(PAUSE_MS, stopping.signal);
    }
    running = undefined;
  }
  return {
    ask(fromMs, onRead) {
      waiting.push({ fromMs, onRead, readings: 0 });
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

import type { Logger } from '../observe/log.ts';
import type { Clock } from './clock.ts';

/**
 * Does something now and then again and again, `ms` after it was done. What goes wrong is logged, and tried again the
 * next time.
 *
 * @returns how to stop; resolves when what is under way is done.
 */
export function everyMs(
  clock: Clock,
  ms: number,
  work: () => Promise<unknown>,
  logger: Logger,
): () => Promise<void> {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await work();
      } catch (error) {
        logger.error({ error: String(error) }, 'statistics could not be reported; trying again later');
      }
      await clock.sleep(ms, stopping.signal);
    }
  };
  const running = run();
  return () => {
    stopping.abort();
    return running;
  };
}

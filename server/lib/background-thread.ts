import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Gives the thread that calls it a lower priority: where the process has fewer cores than work, what visitors wait for goes on,
 * and this thread follows later, with about a tenth of a core. Linux alone gives each thread a priority; elsewhere nothing changes.
 *
 * @see https://man7.org/linux/man-pages/man2/setpriority.2.html
 */
export function runInBackground(): void {
  try {
    // `<pid>/task/<tid>`
    const threadId = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(threadId, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not on Linux, or `/proc` is not to be seen.
  }
}

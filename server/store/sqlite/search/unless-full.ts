import { storageFault } from '../../errors.ts';

/** Runs what adds to the index while it is read: without space it is left out, and what the index has is found all the same. */
export function unlessFull(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (storageFault(error) !== 'full') throw error;
  }
}

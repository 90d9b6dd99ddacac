import type { Store } from '../../server/store/store.ts';

/** A disk that takes its time: entries wait until it is let go. @param isSlow for which shops; default: all. */
export function slowDisk(isSlow: (shop: string | undefined) => boolean = () => true) {
  let letGo = () => {};
  const isFree = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const wrapLog = (log: Store): Store => ({
    ...log,
    async accept(entries) {
      if (isSlow(entries[0]?.event.shop)) await isFree;
      return log.accept(entries);
    },
  });
  return { wrapLog, letGo };
}

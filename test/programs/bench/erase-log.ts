import { openLog } from '../../../server/store/open.ts';
import { logOptions } from './fill-log.ts';
import { serveParent } from './launch.ts';
import { createShopEntries, type Traffic } from './shop-events.ts';

/** Erases people from a filled log, while events go on arriving. */
export interface EraseLog extends Traffic {
  dataDir: string;
  consumers: readonly string[];
  /** Ids to erase. */
  ids: readonly string[];
  /** The number of the first event that arrives meanwhile. */
  from: number;
}

export interface ErasedLog {
  seconds: number;
  events: number;
  /** Of each event that arrived meanwhile, until it was stored. */
  acceptMs: number[];
}

const INTERVAL_MS = 5;

async function eraseLog({ ids, from, ...options }: EraseLog): Promise<ErasedLog> {
  const log = await openLog(logOptions(options));
  const entryAt = createShopEntries(options);
  const acceptMs: number[] = [];
  let isErasing = true;
  const arriving = (async () => {
    for (let number = from; isErasing; number++) {
      const startedMs = performance.now();
      await log.accept([entryAt(number)]);
      acceptMs.push(performance.now() - startedMs);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  })();
  const startedMs = performance.now();
  const { events } = await log.erase('shop', { ids });
  const seconds = (performance.now() - startedMs) / 1000;
  isErasing = false;
  await arriving;
  await log.close();
  return { seconds, events, acceptMs };
}

if (import.meta.main) {
  serveParent(eraseLog);
  process.send?.({ ready: true });
}

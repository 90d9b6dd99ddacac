import { openLog } from '../../../server/store/open.ts';
import { serveParent } from './launch.ts';
import { createShopEntries, type Traffic } from './shop-events.ts';

/** Fills a log with the first events of a shop's traffic, to be counted by each of these consumers. */
export interface FillLog extends Traffic {
  dataDir: string;
  events: number;
  consumers: readonly string[];
}

export const logOptions = ({ dataDir, consumers }: Pick<FillLog, 'dataDir' | 'consumers'>) => ({
  dataDir,
  consumers: consumers.map((name) => ({
    ...{ name, shop: 'shop', decryptsPii: false },
    audience: 'statistics' as const,
  })),
  retentionMs: 30 * 86_400_000,
});

const CHUNK = 1000;

async function fillLog({ events, ...options }: FillLog): Promise<{ stored: number }> {
  const log = await openLog(logOptions(options));
  const entryAt = createShopEntries(options);
  let stored = 0;
  for (let first = 0; first < events; first += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, events - first) }, (_, index) =>
      entryAt(first + index),
    );
    stored += (await log.accept(chunk)).filter(({ isStored }) => isStored).length;
  }
  await log.close();
  return { stored };
}

if (import.meta.main) {
  serveParent(fillLog);
  process.send?.({ ready: true });
}

import { openLog } from '../../../server/store/open.ts';
import { serveParent } from './launch.ts';
import { createShopEvents, type Traffic } from './shop-events.ts';

/** Fills a log with the first events of a shop's traffic, to be counted by each of these consumers. */
export interface FillLog extends Traffic {
  dataDir: string;
  events: number;
  consumers: readonly string[];
}

/** For the log: none of these consumers waits for an order's other report. */
export const logOptions = ({ dataDir, consumers }: Pick<FillLog, 'dataDir' | 'consumers'>) => ({
  dataDir,
  consumers: consumers.map((name) => ({ name, shop: 'shop', decryptsPii: false, ignoresHolds: true })),
  retentionMs: 30 * 86_400_000,
});

const CHUNK = 1000;

async function fillLog({ events, ...options }: FillLog): Promise<{ stored: number }> {
  const log = await openLog(logOptions(options));
  const eventAt = createShopEvents(options);
  let stored = 0;
  for (let first = 0; first < events; first += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, events - first) }, (_, index) => ({
      event: eventAt(first + index),
    }));
    stored += (await log.append(chunk)).stored;
  }
  await log.close();
  return { stored };
}

if (import.meta.main) {
  serveParent(fillLog);
  process.send?.({ ready: true });
}

import { join } from 'node:path';
import { sabotageArguments } from '../../support/sabotage.ts';
import { type Audit, audit, type Promised } from './audit.ts';
import { type Collector, DESTINATIONS, startCollector } from './collector.ts';
import { checkForged } from './forged.ts';
import { launch } from './launch.ts';
import type { Load, LoadResult } from './load.ts';
import { messageIdOf, orderCompleted, WRITE_KEY } from './order.ts';

const RUNS = [
  { path: '/v1/track', eventsPerRequest: 1 },
  { path: '/v1/batch', eventsPerRequest: 50 },
];
const REPEATED = 20;

export interface CheckOptions {
  dataDir: string;
  /** Of load on each route. */
  seconds: number;
  /** What to break on purpose: then something must be found. */
  sabotage?: string | undefined;
}

/**
 * Holds a collector under load to its promises: it syncs each commit, stores nothing twice, hashes, believes no page alone that reports an order, and knows every
 * event it answered 200 for after it was killed in the middle of the load.
 */
export async function checkPromises({ dataDir, seconds, sabotage }: CheckOptions): Promise<Audit> {
  const generator = await launch('load', 'load.ts');
  const tiktok = await launch<{ port: number }>('load', 'accept-all.ts');
  try {
    const collector = await startCollector({
      dataDir,
      destination: DESTINATIONS.tiktok(`http://127.0.0.1:${tiktok.hello.port}`),
      args: sabotageArguments(sabotage),
    });
    const unsynced = await checkSync(collector);
    const promised: Promised[] = [await repeatIds(collector.port)];
    for (const [index, run] of RUNS.entries()) {
      const prefix = `check${index}`;
      const isLast = index === RUNS.length - 1;
      const load: Load = { ...run, port: collector.port, prefix, seconds, connections: 64 };
      const running = generator.ask<LoadResult>({ ...load, wants: `"accepted":${run.eventsPerRequest},` });
      if (isLast) setTimeout(() => void collector.kill(), seconds * 900);
      promised.push({ prefix, eventsPerRequest: run.eventsPerRequest, result: await running });
    }
    await collector.kill();
    const found = await audit({ dataDir }, promised);
    const made = await checkForged(join(dataDir, 'forged'), sabotageArguments(sabotage));
    return { ...found, broken: [...unsynced, ...found.broken, ...made] };
  } finally {
    await Promise.all([generator, tiktok].map((helper) => helper.end()));
  }
}

/** As the running collector's connection answers, not as anything was configured. */
async function checkSync(collector: Collector): Promise<string[]> {
  const synchronous = (await collector.status()).log?.synchronous ?? 'unknown';
  return synchronous === 'full' || synchronous === 'extra' ? [] : [`log.synchronous is ${synchronous}`];
}

/** Orders are recognised by their names, too; every other event by its messageId alone. */
const repeatedEvent = (messageId: string, timestamp: string, isOrder: boolean) => ({
  ...orderCompleted(messageId, timestamp),
  ...(!isOrder && { event: 'Product Viewed' }),
});

/** The same events at the same time, one after another, and twice in one batch. */
async function repeatIds(port: number): Promise<Promised> {
  const prefix = 'repeated';
  const timestamp = new Date().toISOString();
  const events = Array.from({ length: REPEATED }, (_, number) =>
    repeatedEvent(messageIdOf(prefix, number), timestamp, number % 2 === 0),
  );
  const post = async (path: string, body: object) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`,
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
  };
  await Promise.all([...events, ...events].map((event) => post('/v1/track', event)));
  await post('/v1/batch', { batch: [...events, ...events] });
  return { prefix, eventsPerRequest: 1, result: { requests: REPEATED, unanswered: [] } };
}

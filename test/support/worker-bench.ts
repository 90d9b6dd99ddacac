import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { DeliveryReport } from '../../server/delivery/report.ts';
import { startWorker, type Worker } from '../../server/delivery/worker.ts';
import type { Destination } from '../../server/destinations/destination.ts';
import type { Http, HttpRequest, HttpResponse } from '../../server/lib/http-client.ts';
import { NO_BACKPRESSURE } from '../../server/lib/yield-to-ingest.ts';
import { type Counters, createCounters } from '../../server/observe/counters.ts';
import type { Logger } from '../../server/observe/log.ts';
import { openLog } from '../../server/store/open.ts';
import type { Store } from '../../server/store/store.ts';
import { createFakeClock, type FakeClock } from './clock.ts';
import { createCallWatch } from './idle.ts';
import { tempDir } from './temp-dir.ts';

/** A minimal destination: an event's id is its payload, and the response's status is the outcome. */
export type Plain = { id: string; order?: string | undefined; remote?: string | undefined };

export const plain: Destination<Plain, object> = {
  name: 'plain',
  integration: 'Plain',
  integrationAliases: [],
  purpose: 'analytics',
  variables: {},
  switches: [],
  settings: z.object({}),
  needs: () => [],
  payload: z.object({ id: z.string(), order: z.string().optional(), remote: z.string().optional() }),
  limits: {
    maxEvents: 100,
    maxBytes: 100_000,
    maxBatchDelayMs: 0,
    requestsPerSecond: 1_000_000,
    requestsInFlight: 1,
  },
  map: (event, _settings, { remoteId }) => [{ id: event.messageId, order: event.orderKey, remote: remoteId }],
  request: (items) => ({
    method: 'POST',
    url: 'http://127.0.0.1/',
    headers: {},
    body: `[${items.join(',')}]`,
  }),
  classify({ status, body }) {
    if (status === 200) return { kind: 'delivered' };
    if (status === 400) return { kind: 'rejected', answer: body };
    if (status === 401) return { kind: 'paused', answer: body };
    return { kind: 'retry', reason: status === 429 ? 'throttled' : 'server-error' };
  },
  examples: [],
};

export const answer = (status: number, body = '', headers: Record<string, string> = {}): HttpResponse => ({
  status,
  body,
  headers,
});

export interface Bench {
  log: Store;
  dataDir: string;
  clock: FakeClock;
  counters: Counters;
  reports: DeliveryReport[];
  /** Everything logged so far. */
  lines: { level: keyof Logger; facts: object; text: string }[];
  /** Every request so far: when, and the ids it carried. */
  requests: { atMs: number; ids: string[]; payloads: Plain[] }[];
  worker: Worker;
}

/** One worker over a real store, with a fake clock and a fake transport. */
export async function startBench(
  reply: (ids: string[], request: HttpRequest, count: number) => HttpResponse | Promise<HttpResponse>,
  changes: Partial<Destination<Plain, object>> = {},
  options: { dataDir?: string } = {},
): Promise<Bench> {
  const dataDir = options.dataDir ?? tempDir();
  const consumer = 'plain@shop';
  const calls = createCallWatch();
  const clock: FakeClock = createFakeClock(undefined, calls.idle);
  const log = calls.watch(
    await openLog({
      dataDir,
      consumers: [{ name: consumer, shop: 'shop', decryptsPii: false, audience: 'destinations' }],
      retentionMs: 30 * 86_400_000,
      clock: clock.now,
    }),
  );
  const counters = createCounters();
  const requests: Bench['requests'] = [];
  const reports: DeliveryReport[] = [];
  const http: Http = async (request) => {
    const payloads = JSON.parse(request.body ?? '') as Plain[];
    const ids = payloads.map(({ id }) => id);
    requests.push({ atMs: clock.now(), ids, payloads });
    return reply(ids, request, requests.length);
  };
  const lines: Bench['lines'] = [];
  const logAt = (level: keyof Logger) => (facts: object, text: string) =>
    void lines.push({ level, facts, text });
  const logger: Logger = { info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
  const worker = startWorker({
    yieldToIngest: NO_BACKPRESSURE,
    consumer,
    shop: 'shop',
    destination: { ...plain, ...changes } as unknown as Destination,
    settings: {},
    bots: 'flag',
    log,
    http,
    decrypt: () => ({}),
    clock,
    random: () => 0.5,
    counters,
    logger,
    report: (report) => void reports.push(report),
  });
  onTestFinished(async () => {
    await worker.stop();
    await log.close();
  });
  return { log, dataDir, clock, counters, reports, lines, requests, worker };
}

// @module-tag slow
import { onTestFinished, test } from 'vitest';
import { startWorker } from '../../server/delivery/worker.ts';
import type { Destination } from '../../server/destinations/destination.ts';
import type { Http } from '../../server/lib/http-client.ts';
import { NO_BACKPRESSURE } from '../../server/lib/yield-to-ingest.ts';
import { createCounters } from '../../server/observe/counters.ts';
import { openLog } from '../../server/store/open.ts';
import type { Entry } from '../../server/store/store.ts';
import { PURPOSES, type Purpose } from '../../shared/consent.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { createFastClock } from '../support/clock.ts';
import { order } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';
import { answer, type Plain, plain } from '../support/worker-bench.ts';

const VISITORS = Array.from({ length: 6 }, (_, nth) => `3f2504e0-4f89-41d3-9a0c-0305e82c330${nth}`);
const STEPS = 250;
/** Retries and windows of minutes pass in seconds. */
const FASTER = 40;

/** One answer to one purpose. */
interface Statement {
  visitor: number;
  purpose: Purpose;
  isGranted: boolean;
  atMs: number;
}

/** Linear congruential: the same steps for the same seed. */
function createChance(seed: number) {
  let state = seed;
  const next = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  return {
    is: (share: number) => next() < share,
    below: (end: number) => Math.floor(next() * end),
    next,
  };
}

/** The answer that counts is the latest; of several at one time a denial. */
function isDenied(statements: readonly Statement[], visitor: number, purpose: Purpose): boolean {
  const own = statements.filter((one) => one.visitor === visitor && one.purpose === purpose);
  const lastMs = Math.max(...own.map(({ atMs }) => atMs));
  return own.some(({ atMs, isGranted }) => atMs === lastMs && !isGranted);
}

test.each([1, 2, 3])(
  'whatever visitors do in whatever order, no request carries what its visitor denied before (seed %i)',
  async (seed) => {
    const chance = createChance(seed);
    const clock = createFastClock(FASTER);
    const consumers = PURPOSES.map((name) => ({
      ...{ name: `${name}@shop`, shop: 'shop', decryptsPii: false },
      audience: 'destinations' as const,
    }));
    const log = await openLog({
      ...{ dataDir: tempDir(), consumers, retentionMs: 30 * 86_400_000, clock: clock.now },
      shops: { shop: { ordersFrom: 'platform', mergeMs: 2_000, hasPlatform: true } as never },
    });
    /** Grants count from when they are about to be stored, denials from when they are stored: neither is judged early. */
    const said: Statement[] = [];
    const violations: string[] = [];
    let requests = 0;
    const workers = PURPOSES.map((purpose) => {
      const http: Http = async (request) => {
        requests++;
        for (const { id } of JSON.parse(request.body ?? '') as Plain[])
          if (isDenied(said, Number(id.split('|')[0]), purpose)) violations.push(`${purpose}: ${id}`);
        await clock.sleep(chance.below(400));
        return answer(chance.is(0.2) ? 500 : chance.is(0.1) ? 429 : 200);
      };
      const limits = {
        ...plain.limits,
        maxEvents: 5,
        maxBatchDelayMs: 800,
        requestsPerSecond: 5,
        requestsInFlight: 2,
      };
      return startWorker({
        ...{
          yieldToIngest: NO_BACKPRESSURE,
          consumer: `${purpose}@shop`,
          shop: 'shop',
          settings: {},
          bots: 'flag',
          log,
          http,
          clock,
        },
        destination: { ...plain, name: purpose, purpose, limits } as unknown as Destination,
        decrypt: () => ({}),
        random: () => 0.5,
        counters: createCounters(),
        logger: { info() {}, warn() {}, error() {} },
        report() {},
      });
    });
    onTestFinished(async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await log.close();
    });

    let count = 0;
    const messageOf = (visitor: number, parts: Partial<ProtectedEvent>, atMs: number): Entry => {
      const nowMs = clock.now();
      const named = {
        ...{ messageId: `${visitor}|${++count}`, identity: { anonymousId: VISITORS[visitor] as string } },
        timestamp: new Date(atMs).toISOString(),
        receivedAt: new Date(nowMs).toISOString(),
        ...parts,
      };
      return parts.source === 'platform' ? order(`order-${count}`, named) : { event: event(named) };
    };
    const silent = { assumed: [...PURPOSES] };
    const store = async (visitor: number, kind: number): Promise<unknown> => {
      const nowMs = clock.now();
      // A message from an offline queue may be minutes old.
      const atMs = chance.is(0.3) ? nowMs - chance.below(120_000) : nowMs;
      if (kind === 0) return log.accept([messageOf(visitor, silent, nowMs)]);
      if (kind === 1) return log.accept([messageOf(visitor, { ...silent, source: 'server' }, nowMs)]);
      if (kind === 2) return log.accept([messageOf(visitor, { source: 'platform' }, nowMs)]);
      const choice = PURPOSES.map((purpose) => ({ visitor, purpose, isGranted: chance.is(0.5), atMs }));
      const granted = choice.filter(({ isGranted }) => isGranted);
      const denied = choice.filter(({ isGranted }) => !isGranted);
      said.push(...granted);
      if (granted.length === 0)
        await log.deny([
          {
            ...{ shop: 'shop', source: 'browser', messageId: `denial-${++count}`, choice: 'ddd' },
            ...{ anonymousId: VISITORS[visitor] as string, receivedAtMs: nowMs, saidAtMs: atMs },
          },
        ]);
      else {
        const consent = Object.fromEntries(choice.map(({ purpose, isGranted }) => [purpose, isGranted]));
        await log.accept([messageOf(visitor, { consent: consent as ProtectedEvent['consent'] }, atMs)]);
      }
      return said.push(...denied);
    };

    for (let step = 0; step < STEPS; step++) {
      await store(chance.below(VISITORS.length), chance.below(5));
      if (chance.is(0.3)) await clock.sleep(chance.below(1_500));
      if (violations.length > 0) break;
    }
    await clock.sleep(20_000);
    if (violations.length > 0) throw new Error(`denied, and sent all the same: ${violations.join(', ')}`);
    if (requests < 50) throw new Error(`only ${requests} requests: the test says nothing`);
  },
  60_000,
);

import { register } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createCounters } from '../../server/observe/counters.ts';
import { createMetrics, type MetricsParts, type Watched } from '../../server/observe/metrics.ts';
import { COUNTERS, TIMERS } from '../../server/observe/names.ts';
import { createFakeClock } from '../support/clock.ts';
import { parseScrape } from '../support/prometheus.ts';

const place = (
  shop: string,
  destination: string,
  breaker: Awaited<ReturnType<Watched['state']>>['breaker'] = 'closed',
) => ({
  consumer: `${destination}@${shop}`,
  shop,
  destination,
  state: async () => ({ breaker }),
});
const healthy: MetricsParts['log'] = {
  check: async () => ({ synchronous: 'full' }),
  depth: async () => ({ waiting: 3, deadLetters: 2, oldestAgeMs: 1_500 }),
};

function watch(parts: Partial<MetricsParts> = {}) {
  const counters = createCounters();
  const metrics = createMetrics({
    counters,
    log: healthy,
    clock: createFakeClock(),
    destinations: [place('tea', 'tiktok'), place('tea', 'customerio'), place('shoes', 'tiktok')],
    ...parts,
  });
  onTestFinished(() => metrics.stop());
  return { counters, metrics, scrape: async () => parseScrape(await metrics.scrape()) };
}

describe('every scrape can be read by Prometheus', () => {
  test('with every counter and timer used, a strict parser finds no error', async () => {
    const { counters, scrape } = watch();
    const labels = { shop: 'tea', destination: 'tiktok' };
    counters.count('requests_refused', { code: 'malformed-body' });
    counters.count('messages_rejected', { shop: 'tea', code: 'invalid_type' });
    counters.count('deliveries', { ...labels, outcome: 'delivered' }, 7);
    for (const seconds of [0, 0.0004, 0.0005, 0.003, 7, 29, 31, 500]) {
      counters.time('commit', seconds, {});
      counters.time('ingest_request', seconds, { route: 'track', status: '200' });
      counters.time('delivery_request', seconds, { ...labels, outcome: 'retry' });
    }
    const { families, value } = await scrape();
    expect(families.size).toBeGreaterThan(Object.keys({ ...COUNTERS, ...TIMERS }).length + 20);
    expect(value('storebeacon_commit_duration_seconds_bucket', { le: '0.0005' })).toBe(3);
    expect(value('storebeacon_commit_duration_seconds_bucket', { le: '30' })).toBe(6);
    expect(value('storebeacon_commit_duration_seconds_count')).toBe(8);
    expect(value('storebeacon_commit_duration_seconds_sum')).toBeCloseTo(567.0039);
  });

  test('unusual characters in a shop id break no line', async () => {
    const shop = 'te"a\\ {}\n# HELP x';
    const { counters, scrape } = watch({ destinations: [place(shop, 'tiktok')] });
    counters.count('messages_accepted', { shop }, 5);
    expect((await scrape()).value('storebeacon_messages_accepted_total', { shop })).toBe(5);
  });
});

describe('a scrape contains', () => {
  test('counters, the same at every scrape', async () => {
    const { counters, scrape } = watch();
    const labels = { shop: 'tea', destination: 'tiktok', reason: 'rejected' } as const;
    for (const total of [1, 2, 3]) {
      counters.count('dead_letters', labels);
      expect((await scrape()).value('storebeacon_dead_letters_total', labels)).toBe(total);
    }
  });

  test('possible series at zero, so that a rate sees the first dead letter', async () => {
    const { value, families } = await watch().scrape();
    const first = { shop: 'shoes', destination: 'tiktok', reason: 'unknown-outcome' };
    expect(value('storebeacon_dead_letters_total', first)).toBe(0);
    expect(value('storebeacon_messages_accepted_total', { shop: 'tea' })).toBe(0);
    expect(value('storebeacon_appended_bytes_total')).toBe(0);
    expect(
      value('storebeacon_deliveries_total', { shop: 'shoes', destination: 'customerio' }),
    ).toBeUndefined();
    expect(families.get('storebeacon_messages_rejected_total')?.samples).toEqual([]);
  });

  test('depth, age in seconds and dead letters of each destination', async () => {
    const depths = {
      'tiktok@tea': { waiting: 1_000_000, deadLetters: 4, oldestAgeMs: 90_500 },
      'customerio@tea': { waiting: 0, deadLetters: 0, oldestAgeMs: 0 },
    };
    const { value } = await watch({
      destinations: [place('tea', 'tiktok'), place('tea', 'customerio')],
      log: { ...healthy, depth: async (consumer) => depths[consumer as keyof typeof depths] },
    }).scrape();
    const tiktok = { shop: 'tea', destination: 'tiktok' };
    const customerio = { shop: 'tea', destination: 'customerio' };
    expect(value('storebeacon_queue_depth', tiktok)).toBe(1_000_000);
    expect(value('storebeacon_queue_oldest_age_seconds', tiktok)).toBe(90.5);
    expect(value('storebeacon_dead_letters_waiting', tiktok)).toBe(4);
    expect(value('storebeacon_queue_oldest_age_seconds', customerio)).toBe(0);
  });

  test.each(['closed', 'open', 'paused'] as const)(
    'a breaker that is %s is that and nothing else',
    async (now) => {
      const { value } = await watch({ destinations: [place('tea', 'tiktok', now)] }).scrape();
      for (const state of ['closed', 'open', 'paused'])
        expect(value('storebeacon_breaker_state', { state })).toBe(state === now ? 1 : 0);
    },
  );

  test.each(['off', 'normal', 'full', 'extra'] as const)(
    'a log that syncs %s says that and nothing else',
    async (synchronous) => {
      const { value } = await watch({ log: { ...healthy, check: async () => ({ synchronous }) } }).scrape();
      for (const mode of ['off', 'normal', 'full', 'extra'])
        expect(value('storebeacon_log_synchronous', { mode })).toBe(mode === synchronous ? 1 : 0);
    },
  );

  test('a gauge of another module, read at each scrape', async () => {
    let bytes = 5;
    const { scrape } = watch({ gauges: [{ name: 'held_bytes', help: 'Bytes held.', read: () => bytes }] });
    expect((await scrape()).value('storebeacon_held_bytes')).toBe(5);
    bytes = 0;
    expect((await scrape()).value('storebeacon_held_bytes')).toBe(0);
  });

  test('the process: memory, processor, open files, the event loop', async () => {
    const { value } = await watch().scrape();
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(value('process_open_fds')).toBeGreaterThan(3);
    expect(value('nodejs_eventloop_lag_p99_seconds')).toBeDefined();
  });
});

describe('a scrape while the store is down', () => {
  const down = () => Promise.reject(new Error('disk is full'));
  const names = ['queue_depth', 'queue_oldest_age_seconds', 'dead_letters_waiting', 'log_synchronous'];
  const present = ({ families }: Awaited<ReturnType<ReturnType<typeof watch>['scrape']>>) =>
    names.filter((name) => families.get(`storebeacon_${name}`)?.samples.length);

  test('lacks only the store’s values when nothing can be stored or read', async () => {
    const { counters, scrape } = watch({ log: { check: down, depth: down } });
    counters.count('messages_accepted', { shop: 'tea' }, 2);
    const seen = await scrape();
    expect(seen.value('storebeacon_log_up')).toBe(0);
    expect(present(seen)).toEqual([]);
    expect(seen.value('storebeacon_messages_accepted_total', { shop: 'tea' })).toBe(2);
    expect(seen.value('storebeacon_breaker_state', { shop: 'shoes', state: 'closed' })).toBe(1);
  });

  test('has the depths when the disk is full but readable', async () => {
    const seen = await watch({ log: { ...healthy, check: down } }).scrape();
    expect(seen.value('storebeacon_log_up')).toBe(0);
    expect(present(seen)).toEqual(['queue_depth', 'queue_oldest_age_seconds', 'dead_letters_waiting']);
  });

  test('does not repeat values from before', async () => {
    let isUp = true;
    const { scrape } = watch({
      log: {
        check: () => (isUp ? healthy.check() : down()),
        depth: (consumer) => (isUp ? healthy.depth(consumer) : down()),
      },
    });
    expect(present(await scrape())).toEqual(names);
    isUp = false;
    expect(present(await scrape())).toEqual([]);
    isUp = true;
    expect(present(await scrape())).toEqual(names);
  });

  test('waits two seconds at most when the store does not respond', async () => {
    const clock = createFakeClock();
    const never = () => new Promise<never>(() => {});
    const { scrape } = watch({ clock, log: { check: never, depth: never } });
    let seen: Awaited<ReturnType<typeof scrape>> | undefined;
    const scraping = scrape().then((found) => {
      seen = found;
    });
    await clock.advance(1_999);
    expect(seen).toBeUndefined();
    await clock.advance(1);
    await scraping;
    expect(seen?.value('storebeacon_log_up')).toBe(0);
  });

  test('is consistent when two run at once', async () => {
    let calls = 0;
    const log = { ...healthy, check: () => (calls++ % 2 === 0 ? healthy.check() : down()) };
    const { scrape } = watch({ log });
    const both = await Promise.all([scrape(), scrape()]);
    expect(both.map((seen) => [seen.value('storebeacon_log_up'), present(seen).length])).toEqual([
      [1, 4],
      [0, 3],
    ]);
  });
});

describe('no state is shared', () => {
  test('two collectors in one process have their own values', async () => {
    const [one, other] = [watch(), watch()];
    one.counters.count('messages_accepted', { shop: 'tea' }, 3);
    one.counters.time('commit', 0.001, {});
    const seen = await other.scrape();
    expect(seen.value('storebeacon_messages_accepted_total', { shop: 'tea' })).toBe(0);
    expect(seen.value('storebeacon_commit_duration_seconds_count')).toBe(0);
    expect(register.getMetricsAsArray()).toEqual([]);
  });

  test('a stopped collector has no metrics', async () => {
    const { metrics } = watch();
    metrics.stop();
    expect((await metrics.scrape()).trim()).toBe('');
  });
});

// @module-tag slow
import { afterAll, expect, test } from 'vitest';
import { LogUnavailable } from '../../server/store/store.ts';
import { createFastClock } from '../support/clock.ts';
import { type Collector, eventually, SHOP_ORIGIN, startCollector } from '../support/collector.ts';
import { parseScrape } from '../support/prometheus.ts';

/** Access to operator routes is tested in admin.test.ts. */
const collector = await startCollector({}, { whenOver: afterAll });
const { post, sandbox } = collector;
let last = 0;
const track = (more: object = {}) => ({
  type: 'track',
  event: 'X',
  anonymousId: 'v',
  messageId: `metrics-${++last}`,
  ...more,
});

async function read(of: Collector = collector) {
  const response = await of.admin('GET', '/metrics');
  expect(response.status).toBe(200);
  return response.text();
}
const scrape = async (of?: Collector) => parseScrape(await read(of));

/** The first scrape that finds nothing waiting. */
const settled = () =>
  eventually(
    () => scrape(),
    ({ families }) =>
      families.get('storebeacon_queue_depth')?.samples.every(({ value }) => value === 0) === true,
  );

/** How much each number grew while something was done and settled. */
async function growth(act: () => Promise<unknown>) {
  const before = await scrape();
  await act();
  const after = await settled();
  return (name: string, labels: Record<string, string> = {}) =>
    (after.value(`storebeacon_${name}`, labels) ?? 0) - (before.value(`storebeacon_${name}`, labels) ?? 0);
}

test('comes as Prometheus’ text format, for nobody’s cache', async () => {
  const { headers } = await collector.admin('GET', '/metrics');
  expect(headers.get('content-type')).toMatch(/^text\/plain;(?=.* version=0\.0\.4)(?=.* charset=utf-8)/);
  expect(headers.get('cache-control')).toBe('no-store');
});

test('messages dropped by browsers are counted as reported; invalid counts are ignored', async () => {
  const report = (lost: unknown) => post('/v1/b', { batch: [track()], lost });
  const grew = await growth(async () => {
    for (const lost of [3, 0, null, undefined, -1, 0.5, '7', 1e9, {}])
      expect(await (await report(lost)).json()).toMatchObject({ success: true, accepted: 1 });
  });
  expect(grew('messages_lost_in_browser_total', { shop: 'shop' })).toBe(3);
  expect(grew('messages_accepted_total', { shop: 'shop' })).toBe(9);
});

test('our names keep the conventions: counters end in _total, nothing else does, units are base units', async () => {
  const { families } = await scrape();
  const ours = [...families.values()].filter(({ name }) => name.startsWith('storebeacon_'));
  expect(ours.length).toBeGreaterThan(20);
  for (const { name, type, help } of ours) {
    expect(name).toMatch(/^storebeacon(_[a-z]+)+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(name).not.toMatch(/milli|micro|nano|_ms(_|$)|minute|hour|kilo|_kb|_mb|counter|gauge/);
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    expect(help, name).toMatch(/^[A-Z0-9].{15,}\.$/);
  }
});

test('a good message, the same again, a bad one and a refused request are each counted as that', async () => {
  const grown = await growth(async () => {
    const message = track();
    await post('/v1/batch', { batch: [message, message, { type: 'track', anonymousId: 'v' }] });
    await post('/v1/track', '{"event":');
  });
  expect(grown('messages_accepted_total')).toBe(2);
  expect(grown('messages_duplicate_total')).toBe(1);
  expect(grown('messages_rejected_total', { code: 'invalid_type' })).toBe(1);
  expect(grown('requests_refused_total', { code: 'malformed-body' })).toBe(1);
  expect(grown('appended_bytes_total')).toBeGreaterThan(100);
  expect(grown('appended_bytes_total')).toBeLessThan(2_000);
});

test('every commit is timed, and the log says that it syncs in full', async () => {
  const grown = await growth(() => post('/v1/track', track()));
  expect(grown('commit_duration_seconds_count')).toBeGreaterThanOrEqual(1);
  expect(grown('commit_duration_seconds_sum')).toBeGreaterThan(0);
  const { value } = await scrape();
  expect(value('storebeacon_log_up')).toBe(1);
  expect(value('storebeacon_log_synchronous', { mode: 'full' })).toBe(1);
});

test('an event has one fate at each destination, and it is counted', async () => {
  sandbox.setFaults('customerio', { status: 400, body: { meta: { errors: ['not today'] } } });
  const grown = await growth(() => post('/v1/track', track({ event: 'Product Viewed' })));
  sandbox.setFaults('customerio', undefined);
  expect(grown('deliveries_total', { destination: 'tiktok', outcome: 'delivered' })).toBe(1);
  expect(grown('dead_letters_total', { destination: 'customerio', reason: 'rejected' })).toBe(1);
  expect(grown('dead_letters_waiting', { destination: 'customerio' })).toBe(1);
  const requests = 'delivery_request_duration_seconds_count';
  expect(grown(requests, { destination: 'tiktok', outcome: 'delivered' })).toBe(1);
  expect(grown(requests, { destination: 'customerio', outcome: 'rejected' })).toBe(1);
  expect(grown(requests, { destination: 'shopline' })).toBe(0);
  expect(grown('deliveries_skipped_total', { destination: 'shopline', reason: 'unmapped' })).toBe(1);
});

test('a destination that is away: its breaker opens, its queue grows older, nobody else’s does', async () => {
  const collector = await startCollector({}, { clock: createFastClock(5) });
  await collector.sandbox.stop('tiktok');
  await collector.post('/v1/track', track({ event: 'Product Viewed' }));
  const away = { destination: 'tiktok' };
  const breakerIs = (state: string, waiting: number) =>
    eventually(
      () => scrape(collector),
      ({ value }) =>
        value('storebeacon_breaker_state', { ...away, state }) === 1 &&
        value('storebeacon_queue_depth', away) === waiting,
    );
  const during = await breakerIs('open', 1);
  expect(during.value('storebeacon_breaker_state', { ...away, state: 'closed' })).toBe(0);
  expect(during.value('storebeacon_queue_oldest_age_seconds', away)).toBeGreaterThan(0);
  const retried = { ...away, reason: 'unreachable' };
  expect(during.value('storebeacon_deliveries_retried_total', retried)).toBeGreaterThanOrEqual(3);
  const other = { destination: 'customerio', state: 'closed' };
  expect(during.value('storebeacon_breaker_state', other)).toBe(1);
  await collector.sandbox.restart('tiktok');
  const after = await breakerIs('closed', 0);
  expect(after.value('storebeacon_queue_oldest_age_seconds', away)).toBe(0);
});

test('whatever a visitor sends, no word of it appears and no series is added', async () => {
  const send = async (mark: string) => {
    const evil = `${mark}"} 1\nstorebeacon_forged_total 1`;
    const own = { [evil]: evil, email: `${mark}@shop.example` };
    await post('/v1/batch', {
      batch: [
        track({ event: evil, properties: own, integrations: { [mark]: false } }),
        track({ type: evil }),
        track({ event: { [evil]: 1 } }),
        track({ anonymousId: evil, userId: evil, context: { userAgent: evil, page: { url: evil } } }),
        evil,
      ],
    });
    await post('/v1/track', evil);
    await post('/v1/track', track(), { authorization: `Basic ${btoa(`${mark}:`)}` });
    await post(`/v1/track?${mark}=1&writeKey=${mark}`, track());
    await post(`/v1/${mark}`, track());
    await post(`/v1/projects/${mark}/settings`, track());
    await post('/v1/track', track(), { origin: `https://${mark}.example` });
    await post('/v1/track', track(), { origin: SHOP_ORIGIN, 'x-strict-mode': mark, 'user-agent': mark });
    await fetch(`${collector.base}/${mark}`, { method: 'PATCH' });
    await settled();
  };
  const series = async () =>
    (await read()).split('\n').flatMap((line) => /^(storebeacon\S*\{.*\}) /.exec(line)?.[1] ?? []);
  await send('firstvisitor');
  const known = await series();
  await send('secondvisitor');
  expect(await series()).toEqual(known);
  expect(await read()).not.toMatch(/visitor|forged|evil/i);
});

test('while nothing can be stored the scrape goes on, and the status says why', async () => {
  const full = () => Promise.reject(new LogUnavailable('database or disk is full'));
  const stuck = await startCollector({}, { wrapLog: (log) => ({ ...log, accept: full, check: full }) });
  expect((await stuck.post('/v1/track', track())).status).toBe(503);
  const { value } = await scrape(stuck);
  expect(value('storebeacon_log_up')).toBe(0);
  expect(value('storebeacon_requests_refused_total', { code: 'not-stored' })).toBe(1);
  expect(value('storebeacon_messages_accepted_total')).toBe(0);
  const status = await (await stuck.admin('GET', '/admin/status')).json();
  expect(status).toMatchObject({
    log: { unavailable: 'database or disk is full' },
    destinations: expect.any(Array),
  });
});

// @module-tag slow
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../server/lib/clock.ts';
import { createSandbox } from '../../server/sandbox/index.ts';
import { type Job, runJob } from '../../server/store/jobs.ts';
import { openLog } from '../../server/store/open.ts';
import { VERSION } from '../../server/store/sqlite/schema.ts';
import type { Delivery } from '../../server/store/store.ts';
import { ADMIN_TOKEN, type CollectorOptions, eventually, startCollector } from '../support/collector.ts';
import { event } from '../support/event.ts';
import { orderMessage as order } from '../support/order-message.ts';
import { query } from '../support/postgres-client.ts';
import { ownDatabase, ownSchema } from '../support/postgres-for-tests.ts';

const DAY_MS = 86_400_000;

/** Collectors on one PostgreSQL, in front of one sandbox. */
async function setUp() {
  const databaseUrl = await ownDatabase();
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const variables = { DATABASE_URL: databaseUrl, ORDERS_FROM: 'browser', ORDER_MERGE_SECONDS: '0' };
  const startOne = (options: CollectorOptions = {}) => startCollector(variables, { ...options, sandbox });
  return { databaseUrl, sandbox, startOne };
}

test('an order is delivered once by whichever collector owns the destination, and when one stops the other goes on', async () => {
  const { sandbox, startOne } = await setUp();
  const first = await startOne();
  const second = await startOne();
  type Sent = { event: string; properties: { order_id: string } };
  const purchases = () =>
    (sandbox.accepted('tiktok') as Sent[])
      .filter(({ event }) => event === 'Purchase')
      .map(({ properties }) => properties.order_id);
  expect((await first.post('/v1/track', order('1'))).status).toBe(200);
  expect((await second.post('/v1/track', order('2'))).status).toBe(200);
  expect((await second.post('/v1/track', order('1'))).status).toBe(200);
  const delivered = (count: number) => eventually(purchases, (found) => found.length >= count);
  expect((await delivered(2)).toSorted()).toEqual(['1', '2']);

  await first.stop();
  expect((await second.post('/v1/track', order('3'))).status).toBe(200);
  expect((await delivered(3)).toSorted()).toEqual(['1', '2', '3']);
});

test('a job that changes hands runs when it is due by its last run, at once where that was long ago', async () => {
  const place = { ...ownSchema(), consumers: [], retentionMs: DAY_MS, dataDir: '', aliveMs: 1_000 };
  const hourMs = 3_600_000;
  const started: string[] = [];
  const gate = Promise.withResolvers<void>();
  async function startOne(name: string) {
    const log = await openLog(place);
    const run = (job: Job, work: () => Promise<void>) =>
      runJob({ log, clock: systemClock }, job, hourMs, work, () => {});
    const stops = [
      run('retention', async () => void started.push(`${name} retention`)),
      // It is cut short by the end of the collector.
      run('watchdog', async () => {
        started.push(`${name} watchdog`);
        if (name === 'first') await gate.promise;
      }),
    ];
    return {
      log,
      async stop() {
        await log.close();
        gate.resolve();
        await Promise.all(stops.map((stop) => stop()));
      },
    };
  }
  const first = await startOne('first');
  await eventually(
    () => started,
    (found) => found.length === 2,
  );
  const second = await startOne('second');
  onTestFinished(second.stop);
  const stoppedAtMs = performance.now();
  await first.stop();
  await eventually(
    () => started,
    (found) => found.length > 2,
  );
  expect(performance.now() - stoppedAtMs).toBeLessThan(15_000);
  expect(started).toEqual(['first retention', 'first watchdog', 'second watchdog']);
});

test('what collectors count in an hour is kept as one sum', async () => {
  const place = { ...ownSchema(), consumers: [], retentionMs: DAY_MS, dataDir: '' };
  const logs = [await openLog(place), await openLog(place)];
  onTestFinished(async () => void (await Promise.all(logs.map((log) => log.close()))));
  const count = { shop: 'tea', what: 'rejected', hour: 500_000, count: 2 };
  await Promise.all(logs.map((log) => log.addCounts([count])));
  for (const log of logs) expect(await log.counts(['rejected'], 0)).toEqual([{ ...count, count: 4 }]);
});

test('a denial that one collector records is seen by another before it sends what it had leased', async () => {
  const consumers = [{ name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' as const }];
  const place = { ...ownSchema(), consumers, retentionMs: DAY_MS, dataDir: '' };
  const logs = [await openLog(place), await openLog(place)] as const;
  onTestFinished(async () => void (await Promise.all(logs.map((log) => log.close()))));
  const anonymousId = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
  const nowMs = Date.now();
  const own = { messageId: 'own', identity: { anonymousId }, receivedAt: new Date(nowMs).toISOString() };
  await logs[0].accept([{ event: event(own) }, { event: event({ messageId: 'others' }) }]);
  const leaseAny = async () =>
    (await Promise.all(logs.map((log) => log.lease('tiktok', 10)))) as [Delivery[], Delivery[]];
  const [ofFirst, ofSecond] = await eventually(leaseAny, (found) => found.flat().length === 2);
  const [owner, other] = ofFirst.length > 0 ? [ofFirst, logs[1]] : [ofSecond, logs[0]];
  const current = () => owner.map((delivery) => [delivery.event.messageId, delivery.isCurrent()]);
  expect(current()).toEqual([
    ['own', true],
    ['others', true],
  ]);
  const denial = { shop: 'shop', source: 'browser', messageId: 'no', choice: 'ddd', anonymousId } as const;
  await other.deny([{ ...denial, receivedAtMs: nowMs + 1, saidAtMs: nowMs + 1 }]);
  const deniedAtMs = performance.now();
  await eventually(current, ([first]) => first?.[1] === false);
  expect(performance.now() - deniedAtMs).toBeLessThan(3_000);
  expect(current()).toEqual([
    ['own', false],
    ['others', true],
  ]);
});

test('any collector answers what operators search', async () => {
  const { startOne } = await setUp();
  const collectors = [await startOne(), await startOne()];
  expect((await collectors[0]?.post('/v1/track', order('1')))?.status).toBe(200);
  for (const collector of collectors)
    await eventually(
      async () => (await collector.admin('GET', '/admin/events')).text(),
      (text) => text.includes('message-1'),
    );
});

test('a session of the console is one of every collector, and a logout at any of them ends it at all', async () => {
  const { startOne } = await setUp();
  const [first, second] = [await startOne(), await startOne()];
  const post = (base: string, path: string, headers: object, body: object = {}) =>
    fetch(`${base}/console/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const begun = await post(first.base, 'login', {}, { token: ADMIN_TOKEN });
  const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const { csrf } = (await begun.json()) as { csrf: string };
  const statusOf = async (base: string) =>
    (await fetch(`${base}/console/session`, { headers: { cookie } })).status;
  expect([await statusOf(first.base), await statusOf(second.base)]).toEqual([200, 200]);
  const stream = await fetch(`${first.base}/admin/stream`, { headers: { cookie } });
  expect((await post(second.base, 'logout', { cookie, 'x-csrf-token': csrf })).status).toBe(204);
  expect([await statusOf(first.base), await statusOf(second.base)]).toEqual([401, 401]);
  expect(await stream.text()).toMatch(/event: end\n/);
});

test('a collector whose tables another version has migrated stores nothing, says what to do, and goes on with its own', async () => {
  const { databaseUrl, startOne } = await setUp();
  const collector = await startOne();
  const migrate = (by: number) =>
    query(databaseUrl, `UPDATE storebeacon.log_state SET schema_version = schema_version + ${by}`);
  await migrate(1);
  const { status } = await collector.post('/v1/track', order('1'));
  expect(status).toBe(503);
  expect(collector.lines.join('\n')).toMatch(
    `migrated the tables to schema version ${VERSION + 1}; this one supports version ${VERSION}. Start that version here too`,
  );
  await migrate(-1);
  await eventually(
    async () => (await collector.post('/v1/track', order('1'))).status,
    (found) => found === 200,
  );
});

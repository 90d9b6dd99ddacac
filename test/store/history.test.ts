import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { MatchCounts, SentRequest } from '../../server/store/history.ts';
import { type LogOptions, openLog } from '../../server/store/open.ts';
import { type Consumer, LogUnavailable, type Store } from '../../server/store/store.ts';
import { order, waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { eventually } from '../support/eventually.ts';
import { tempDir } from '../support/temp-dir.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const START_MS = Date.parse('2026-03-01T00:00:00Z');
const CONSUMERS: Consumer[] = ['tiktok', 'shopline'].map((name) => ({
  name,
  shop: 'shop',
  decryptsPii: false,
  audience: 'destinations',
}));

async function setUp(options: Partial<LogOptions> = {}) {
  const clock = { nowMs: START_MS };
  const dataDir = tempDir();
  const open = async () => {
    const log = await openLog({
      dataDir,
      consumers: CONSUMERS,
      retentionMs: 30 * DAY_MS,
      clock: () => clock.nowMs,
      ...options,
    });
    onTestFinished(() => log.close());
    return log;
  };
  return { log: await open(), clock, dataDir, reopen: open };
}

const request = (seqs: readonly number[], parts: Partial<SentRequest> = {}): SentRequest => ({
  atMs: START_MS,
  ms: 12,
  outcome: 'delivered',
  attempt: 1,
  status: 200,
  seqs,
  ...parts,
});
const record = (log: Store, consumer: string, ...requests: SentRequest[]) =>
  log.settle(consumer, { confirmed: [], released: [], requests });

/** Leases everything, acknowledges it and records the request that carried it. */
async function deliver(log: Store, consumer: string, parts: Partial<SentRequest> = {}) {
  const deliveries = await log.lease(consumer, 100);
  for (const delivery of deliveries) delivery.ack();
  record(
    log,
    consumer,
    request(
      deliveries.map(({ seq }) => seq),
      parts,
    ),
  );
}

test('each request that was sent has a row: when, how long, the answer, and which events', async () => {
  const { log, reopen } = await setUp();
  await log.accept(['a', 'b', 'c'].map((messageId) => ({ event: event({ messageId }) })));
  await deliver(log, 'tiktok', { code: '0', requestId: 'R-1', words: 'OK', ms: 81.6 });
  await deliver(log, 'shopline', { status: 429, outcome: 'retry', attempt: 3, words: 'x'.repeat(900) });
  await log.close();
  const [second, first] = await (await reopen()).history({ limit: 10 });
  expect(first).toEqual({
    ...{ id: 1, consumer: 'tiktok', atMs: START_MS, ms: 82, outcome: 'delivered', attempt: 1 },
    ...{ status: 200, code: '0', requestId: 'R-1', words: 'OK', count: 3, messageIds: ['a', 'b', 'c'] },
  });
  expect(second).toMatchObject({ consumer: 'shopline', status: 429, attempt: 3, words: 'x'.repeat(500) });
});

test('newest first, of one consumer or of all, page by page', async () => {
  const { log } = await setUp();
  for (const code of ['1', '2', '3']) record(log, 'tiktok', request([], { code }));
  record(log, 'shopline', request([], { code: '4' }));
  const codes = async (query: Parameters<Store['history']>[0]) =>
    (await log.history(query)).map(({ code }) => code);
  expect(await codes({ limit: 2 })).toEqual(['4', '3']);
  expect(await codes({ consumer: 'tiktok', limit: 2 })).toEqual(['3', '2']);
  const [, last] = await log.history({ consumer: 'tiktok', limit: 2 });
  expect(await codes({ consumer: 'tiktok', limit: 2, before: last?.id ?? 0 })).toEqual(['1']);
  expect(await codes({ consumer: 'nobody', limit: 2 })).toEqual([]);
});

test('rows leave after their days, and before that when there are too many bytes', async () => {
  const { log, clock } = await setUp({ historyMs: 2 * DAY_MS, historyBytes: 4 * 560 });
  for (let day = 0; day < 4; day++)
    record(log, 'tiktok', request([], { code: `${day}`, atMs: START_MS + day * DAY_MS }));
  clock.nowMs = START_MS + 3 * DAY_MS + 1;
  await log.retain();
  expect((await log.history({ limit: 10 })).map(({ code }) => code)).toEqual(['3', '2']);
  for (let count = 0; count < 20; count++)
    record(log, 'tiktok', request([], { words: 'w'.repeat(500), atMs: clock.nowMs }));
  await log.retain();
  const left = await log.history({ limit: 100 });
  expect(left.length).toBeGreaterThan(2);
  expect(left.length).toBeLessThan(5);
});

test('an erasure takes the words of the requests that carried the person, a purge every row of the shop', async () => {
  const { log } = await setUp();
  await log.accept([{ event: event({ messageId: 'a', identity: { anonymousId: 'me' } }) }]);
  await deliver(log, 'tiktok', { words: 'bad email me@example.com' });
  await log.accept([{ event: event({ messageId: 'b' }) }]);
  await deliver(log, 'tiktok', { words: 'OK' });
  await log.erase('shop', { ids: ['me'] });
  expect((await log.history({ limit: 10 })).map(({ words }) => words)).toEqual(['OK', undefined]);
  await log.purge('shop');
  expect(await log.history({ limit: 10 })).toEqual([]);
});

test('what is skipped or dead without a request has a row, one for each turn, consumer and reason', async () => {
  const { log } = await setUp();
  await log.accept(['a', 'b', 'c', 'd', 'e'].map((messageId) => ({ event: event({ messageId }) })));
  const [a, b, c, d, e] = await log.lease('tiktok', 10);
  a?.skip('consent');
  b?.deadLetter('too-large', 'x'.repeat(900));
  c?.skip('consent');
  d?.skip('unmapped');
  e?.deadLetter('rejected', 'no');
  for (const delivery of await log.lease('shopline', 10)) delivery.skip('consent');
  const rows = await log.history({ limit: 10 });
  const common = { atMs: START_MS, ms: 0, attempt: 1 };
  expect(rows.reverse()).toEqual([
    {
      ...common,
      id: 1,
      consumer: 'tiktok',
      outcome: 'skipped',
      code: 'consent',
      count: 2,
      messageIds: ['a', 'c'],
    },
    {
      ...common,
      id: 2,
      consumer: 'tiktok',
      outcome: 'dead',
      code: 'too-large',
      words: 'x'.repeat(500),
      count: 1,
      messageIds: ['b'],
    },
    {
      ...common,
      id: 3,
      consumer: 'tiktok',
      outcome: 'skipped',
      code: 'unmapped',
      count: 1,
      messageIds: ['d'],
    },
    {
      ...common,
      id: 4,
      consumer: 'shopline',
      outcome: 'skipped',
      code: 'consent',
      count: 5,
      messageIds: ['a', 'b', 'c', 'd', 'e'],
    },
  ]);
  expect(await log.depth('tiktok')).toMatchObject({ waiting: 0, deadLetters: 2 });
  expect(await log.depth('shopline')).toMatchObject({ waiting: 0 });
});

test('a skip under a lease that ended adds no row', async () => {
  const { log, clock } = await setUp();
  await log.accept([{ event: event({ messageId: 'a' }) }]);
  const [late] = await log.lease('tiktok', 1);
  clock.nowMs += 120_000;
  const [again] = await log.lease('tiktok', 1);
  late?.skip('consent');
  expect(await log.history({ limit: 10 })).toEqual([]);
  again?.ack();
  expect(await log.depth('tiktok')).toMatchObject({ waiting: 0 });
});

test('what expired has a row, whether it was sent before or never', async () => {
  const { log, clock } = await setUp();
  await log.accept(['a', 'b', 'c'].map((messageId) => ({ event: event({ messageId }) })));
  const [first] = await log.lease('tiktok', 1);
  first?.retry(1_000, 'throttled');
  clock.nowMs += 29 * DAY_MS;
  await log.expire();
  const rows = (await log.history({ consumer: 'tiktok', limit: 10 })).reverse();
  expect(rows).toMatchObject([
    { outcome: 'dead', code: 'expired', words: 'attempts: 1, last: throttled', messageIds: ['a'] },
    { outcome: 'dead', code: 'expired', words: 'never sent', messageIds: ['b', 'c'] },
  ]);
});

test('an erasure takes the digests of what was sent of the person, and of nobody else', async () => {
  const { log, dataDir } = await setUp();
  const of = (messageId: string, anonymousId: string) => ({
    event: event({ messageId, identity: { anonymousId } }),
  });
  await log.accept([of('a', 'other'), of('b', 'me'), of('c', 'other')]);
  await deliver(log, 'tiktok', { digests: Uint8Array.from({ length: 24 }, (_, index) => index + 1) });
  await log.erase('shop', { ids: ['me'] });
  const database = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
  onTestFinished(() => database.close());
  const digests = database.prepare('SELECT digests FROM delivery_history').get()?.digests as Uint8Array;
  const kept = (from: number) => Array.from({ length: 8 }, (_, index) => from + index);
  expect([...digests]).toEqual([...kept(1), ...Array.from({ length: 8 }, () => 0), ...kept(17)]);
});

test('an export has the requests that carried the person, with nothing of the events of others in them', async () => {
  const { log } = await setUp();
  const of = (messageId: string, anonymousId: string) => ({
    event: event({ messageId, identity: { anonymousId } }),
  });
  await log.accept([of('a', 'other'), of('b', 'me'), of('c', 'me'), of('d', 'other')]);
  const results = { delivered: [1, 2, 3], rejected: [4] };
  await deliver(log, 'tiktok', { results, match: { Bought: [3, { email: 2 }] }, words: 'OK' });
  const { deliveries } = await log.exportPerson('shop', { ids: ['me'] });
  expect(deliveries).toEqual([
    {
      ...{ id: 1, consumer: 'tiktok', atMs: START_MS, ms: 12, outcome: 'delivered', attempt: 1 },
      ...{ status: 200, words: 'OK', count: 2, messageIds: ['b', 'c'] },
    },
  ]);
});

test('digests, results and match counts count as bytes of the history', async () => {
  const { log, clock } = await setUp({ historyBytes: 10_000 });
  const match: MatchCounts = { Bought: [1, { email: 1 }] };
  const large = { digests: new Uint8Array(8_000), match };
  for (let count = 0; count < 5; count++) record(log, 'tiktok', request([], { ...large, atMs: clock.nowMs }));
  await log.retain();
  expect(await log.history({ limit: 10 })).toMatchObject([{ id: 5, match }, { id: 4 }]);
});

/** How many transactions the write-ahead log holds: frames that name a database size end one. */
function commits(dataDir: string): number {
  const wal = readFileSync(join(dataDir, 'store.db-wal'));
  const frameBytes = 24 + wal.readUInt32BE(8);
  let count = 0;
  for (let at = 32; at + frameBytes <= wal.length; at += frameBytes) {
    if (wal.readUInt32BE(at + 4) > 0) count++;
  }
  return count;
}

/** An open reader keeps the write-ahead log from restarting. */
function keepWal(dataDir: string): void {
  const reader = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
  reader.exec('BEGIN; SELECT count(*) FROM events');
  onTestFinished(() => reader.close());
}

test('a plain event costs three commits at low load, an order at most five', async () => {
  const { log, clock, dataDir } = await setUp({
    consumers: CONSUMERS.slice(1),
    shops: waiting(1000),
  });
  keepWal(dataDir);
  const plain = commits(dataDir);
  await log.accept([{ event: event() }]);
  await deliver(log, 'shopline');
  await log.nextDueMs('shopline');
  expect(commits(dataDir) - plain).toBe(3);

  const ordered = commits(dataDir);
  await log.accept([order('1')]);
  expect(await log.lease('shopline', 10)).toEqual([]);
  clock.nowMs += 1000;
  const [delivery] = await log.lease('shopline', 10);
  await log.reserve('shopline', ['order:1']);
  delivery?.ack();
  log.settle('shopline', {
    confirmed: [{ key: 'order:1', remoteId: 'cdp-1' }],
    released: [],
    requests: [request([delivery?.seq ?? 0])],
  });
  expect(await log.depth('shopline')).toMatchObject({ waiting: 0 });
  expect(commits(dataDir) - ordered).toBeLessThanOrEqual(5);
});

describe('on a full disk', () => {
  /** A row that needs pages of its own. */
  const match: MatchCounts = { ['n'.repeat(30_000)]: [1, {}] };

  async function filled() {
    const parts = await setUp({ maxPages: 150 });
    const { log } = parts;
    await log.accept([{ event: event({ messageId: 'a', identity: { anonymousId: 'me' } }) }]);
    const [delivery] = await log.lease('tiktok', 1);
    delivery?.skip('consent');
    const [{ id: historyId = 0 } = {}] = await log.history({ limit: 1 });
    const seqs = [delivery?.seq ?? 0];
    expect(await log.requeue('tiktok', seqs, {})).toMatchObject({ requeued: 1 });
    const [again] = await log.lease('tiktok', 1);
    const text = randomBytes(3_000).toString('hex');
    const fill = async () => {
      for (;;) await log.accept([{ event: event({ shop: 'other', properties: { text } }) }]);
    };
    await expect(fill()).rejects.toThrow(LogUnavailable);
    again?.ack();
    record(log, 'tiktok', request(seqs, { match, words: 'bad email me@example.com', digests: DIGEST }));
    await eventually(
      () => log.depth('tiktok'),
      ({ waiting }) => waiting === 0,
    );
    expect(await log.history({ limit: 1 })).toMatchObject([{ id: historyId }]);
    return { ...parts, seqs, historyId };
  }
  const DIGEST = new Uint8Array(8).fill(7);

  test('what was sent again is not sent once more by one who was shown it before', async () => {
    const { log, seqs, historyId } = await filled();
    const shown = { isDead: false, historyId };
    expect(await log.requeue('tiktok', seqs, { shown })).toMatchObject({ requeued: 0, changed: 1 });
  });

  test('rows wait, and are written in their order when there is room', async () => {
    const { log, clock } = await filled();
    await log.purge('other');
    clock.nowMs += 60_000;
    record(log, 'shopline', request([], { code: 'later', atMs: clock.nowMs }));
    const rows = await log.history({ limit: 2 });
    expect(rows.map(({ code, messageIds }) => code ?? messageIds)).toEqual(['later', ['a']]);
  });

  test('an erasure reaches rows that wait, a purge removes them', async () => {
    const { log, clock, dataDir } = await filled();
    await log.purge('other');
    await log.erase('shop', { ids: ['me'] });
    clock.nowMs += 60_000;
    record(log, 'shopline', request([], { code: 'later', atMs: clock.nowMs }));
    const [, row] = await log.history({ limit: 2 });
    expect(row).toMatchObject({ consumer: 'tiktok', outcome: 'delivered' });
    expect(row).not.toHaveProperty('words');
    const database = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
    const stored = database.prepare('SELECT digests FROM delivery_history WHERE id = ?').get(row?.id ?? 0);
    database.close();
    expect(stored?.digests).toEqual(new Uint8Array(8));

    const purged = await filled();
    await purged.log.purge('other');
    await purged.log.purge('shop');
    record(purged.log, 'shopline', request([], { code: 'later', atMs: START_MS + 60_000 }));
    expect(await purged.log.history({ limit: 10 })).toMatchObject([{ code: 'later' }]);
  });
});

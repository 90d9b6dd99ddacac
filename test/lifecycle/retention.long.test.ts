import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Facts } from '../../server/analytics/facts.ts';
import { openSqliteAnalytics } from '../../server/analytics/store/open-sqlite.ts';
import { retainHourly } from '../../server/lifecycle/retention.ts';
import { createCounters } from '../../server/observe/counters.ts';
import { openLog } from '../../server/store/open.ts';
import type { Consumer, Store } from '../../server/store/store.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { createFakeClock } from '../support/clock.ts';
import { order, waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2026-03-01T00:00:00Z');
/** Each different, so that a row that follows the wrong one fails. */
const RETENTION_DAYS = 5;
const HISTORY_DAYS = 3;
const ATTRIBUTION_DAYS = 7;
const CONFIRM_DAYS = 2;
const CONSUMERS: Consumer[] = [
  { name: 'tiktok@shop', shop: 'shop', decryptsPii: false, audience: 'destinations' },
  { name: 'customerio@shop', shop: 'shop', decryptsPii: true, audience: 'destinations' },
  { name: 'statistics@shop', shop: 'shop', decryptsPii: false, audience: 'statistics' },
];
const PLATFORM = waiting(1_000, {
  ordersFrom: 'platform',
  hasPlatform: true,
  confirmMs: CONFIRM_DAYS * DAY_MS,
});
/** The destinations' workers, as retention knows them. */
const workersOf = (consumers: readonly Consumer[]) =>
  consumers
    .filter(({ audience }) => audience === 'destinations')
    .map(({ name, shop }) => ({ consumer: name, shop, destination: { name: name.split('@')[0] ?? '' } }));

interface Place {
  log: Store;
  facts(facts: Partial<Facts>, visitor?: string): Promise<void>;
  /** Settles everything that is due for every consumer. */
  settle(): Promise<void>;
  now(): number;
  /** Moves time, and lets retention run once. */
  passTo(days: number): Promise<void>;
  /** The files of the data directory that hold a text. */
  filesWith(text: string): string[];
  reopen(options: { consumers?: Consumer[]; shops?: typeof PLATFORM }): Promise<void>;
  lines: object[];
  counted(): object[];
}

async function openPlace(): Promise<Place> {
  const dataDir = tempDir();
  const clock = createFakeClock(START_MS);
  const open = async (options = {}) => {
    const opened = await openLog({
      ...{ dataDir, consumers: CONSUMERS, shops: PLATFORM, clock: clock.now },
      ...{ retentionMs: RETENTION_DAYS * DAY_MS, historyMs: HISTORY_DAYS * DAY_MS },
      ...options,
    });
    onTestFinished(() => opened.close());
    return opened;
  };
  let log = await open();
  let consumers = CONSUMERS;
  const shops = { shop: { currency: 'TWD', attributionMs: ATTRIBUTION_DAYS * DAY_MS } };
  const analytics = await openSqliteAnalytics(dataDir, { shops });
  onTestFinished(() => analytics.close());
  const counters = createCounters();
  const lines: object[] = [];
  const write = (line: object, text?: string) => void lines.push({ ...line, text });
  const logger = { info: write, warn: write, error: write };
  const state = {
    retain: (...times: [number, number]) => analytics.transaction((methods) => methods.retain(...times)),
  };
  const place: Place = {
    get log() {
      return log;
    },
    async facts(facts, visitor) {
      const visitors = visitor === undefined ? [] : [{ anonymousId: visitor, seenAtMs: START_MS }];
      await analytics.transaction((methods) => methods.apply('shop', { ...NOTHING, ...facts }, visitors));
    },
    async settle() {
      for (const { name } of consumers) for (const { ack } of await log.lease(name, 1_000)) ack();
    },
    now: clock.now,
    async passTo(days) {
      await clock.advance(Math.round(START_MS + days * DAY_MS - clock.now()));
      const retaining = retainHourly({
        ...{ log, state, workers: workersOf(consumers), retentionMs: RETENTION_DAYS * DAY_MS },
        ...{ clock, counters, logger },
      });
      await retaining.stop();
      expect(JSON.stringify(lines)).not.toContain('failed');
    },
    filesWith: (text) =>
      readdirSync(dataDir).filter((name) => readFileSync(join(dataDir, name)).includes(text)),
    async reopen(options) {
      await log.close();
      consumers = options.consumers ?? consumers;
      log = await open(options);
    },
    lines,
    counted: () => counters.snapshot(),
  };
  return place;
}

const NOTHING: Facts = {
  ...{ links: [], touches: [], visits: [], actions: [], orderReports: [], merges: [], messages: [] },
};
const times = { atMs: START_MS, receivedAtMs: START_MS };
const at = (days: number) => ({ receivedAt: new Date(START_MS + days * DAY_MS).toISOString() });
const bought = (parts: Partial<ProtectedEvent> = {}) =>
  order('1001', { source: 'platform', messageId: 'create', ...parts });
const click = (value: string) => ({ context: { tiktok: { ttclid: value } } });

/** One row for each row of the README's table; anonymous ids are too short for a record of consent. Just before `days` after the start the value is there, and just after it is not. */
const ROWS: {
  stored: string;
  value: string;
  days: number;
  put(place: Place, value: string): Promise<void>;
}[] = [
  {
    stored: 'events',
    value: 'visitor-of-event',
    days: RETENTION_DAYS,
    async put({ log, settle }, anonymousId) {
      await log.accept([{ event: event({ identity: { anonymousId } }) }]);
      await settle();
    },
  },
  {
    stored: 'events that wait',
    value: 'waiting-visitor',
    days: 28 + RETENTION_DAYS,
    async put({ log, passTo }, anonymousId) {
      await log.accept([{ event: event({ identity: { anonymousId } }) }]);
      for (const { ack } of await log.lease('customerio@shop', 10)) ack();
      for (const { ack } of await log.lease('statistics@shop', 10)) ack();
      await passTo(28 + 1 / 1_000);
    },
  },
  {
    stored: 'dead letters',
    value: 'dead-visitor',
    days: 1 + RETENTION_DAYS,
    async put({ log, settle, passTo }, anonymousId) {
      await log.accept([{ event: event({ identity: { anonymousId } }) }]);
      const [delivery] = await log.lease('tiktok@shop', 1);
      await passTo(1);
      delivery?.deadLetter('rejected', 'no');
      await settle();
    },
  },
  {
    stored: 'clear values',
    value: 'sealed-value',
    days: 1 + RETENTION_DAYS,
    async put({ log, settle, passTo }, encryptedPii) {
      await log.accept([{ event: event(), encryptedPii }]);
      const [delivery] = await log.lease('customerio@shop', 1);
      await passTo(1);
      delivery?.deadLetter('rejected', 'no');
      await settle();
    },
  },
  {
    stored: 'order reports',
    value: '203.0.113.77',
    days: RETENTION_DAYS,
    async put({ log, settle, passTo }, ip) {
      await log.accept([bought({ context: { ip } })]);
      await passTo(0.5);
      await settle();
    },
  },
  {
    stored: 'orders',
    value: 'e'.repeat(64),
    days: 400,
    async put({ log, settle, passTo }, emailSha256) {
      await log.accept([bought({ identity: { emailSha256 } })]);
      await passTo(0.5);
      await settle();
    },
  },
  {
    stored: 'evidence',
    value: 'click-of-evidence',
    days: CONFIRM_DAYS + RETENTION_DAYS,
    async put({ log, passTo }, ttclid) {
      await log.accept([bought({ messageId: 'first' }), order('7', click(ttclid))]);
      await passTo(CONFIRM_DAYS);
      const [open] = await log.openEvidence('shop', START_MS + DAY_MS, 10);
      await log.closeEvidence([open?.id ?? 0], 'unconfirmed-order');
    },
  },
  {
    stored: 'evidence that joined',
    value: 'click-of-joined',
    days: RETENTION_DAYS,
    async put({ log, settle, passTo }, ttclid) {
      await log.accept([bought({ messageId: 'first' })]);
      const properties = { cart_token: 'cart-token-of-1002' };
      const identity = { anonymousId: 'buyer' };
      await log.accept([
        order('1002', { ...click(ttclid), identity, properties }),
        order('1002', { source: 'platform', properties }),
      ]);
      await passTo(0.5);
      await settle();
    },
  },
  {
    stored: 'views of a token',
    value: 'click-of-view',
    days: 1 + RETENTION_DAYS,
    async put({ log, settle, passTo }, ttclid) {
      const view = (days: number) => ({
        event: event({ ...click(ttclid), identity: { anonymousId: 'viewer' }, ...at(days) }),
        tokens: ['cart-token-0001'],
      });
      await log.accept([view(0)]);
      await passTo(1);
      await log.accept([view(1)]);
      await settle();
    },
  },
  {
    stored: 'witnesses',
    value: 'digest-of-address',
    days: RETENTION_DAYS,
    async put({ log, settle, passTo }, witness) {
      await log.accept([{ ...bought(), witness }]);
      await passTo(0.5);
      await settle();
    },
  },
  {
    stored: 'person links',
    value: 'user-of-link',
    days: 400,
    async put({ log, settle }, userId) {
      const identity = { userId, emailSha256: 'd'.repeat(64) };
      await log.accept([{ event: event({ source: 'server', identity }) }]);
      await settle();
    },
  },
  {
    stored: 'ledger',
    value: 'order:key-of-ledger',
    days: 400,
    put: async ({ log }, key) => void (await log.reserve('tiktok@shop', [key])),
  },
  {
    stored: 'delivery history',
    value: 'words of the API',
    days: HISTORY_DAYS,
    async put({ log, settle, now }, words) {
      const sent = { atMs: now(), ms: 1, outcome: 'rejected', attempt: 1, words, seqs: [1] } as const;
      log.settle('tiktok@shop', { confirmed: [], released: [], requests: [sent] });
      await settle();
    },
  },
  {
    stored: 'visitors',
    value: 'visitor-of-statistics',
    days: 90,
    put: ({ facts }, visitor) => facts({}, visitor),
  },
  {
    stored: 'links of ids',
    value: 'u:linked-user',
    days: 400,
    put: ({ facts }, other) =>
      facts({ links: [{ one: 'e:mail', other: other as 'u:', receivedAtMs: START_MS }] }),
  },
  {
    stored: 'touches',
    value: 'a:touched',
    days: ATTRIBUTION_DAYS + RETENTION_DAYS + 30,
    put: ({ facts }, person) =>
      facts({
        touches: [
          {
            ...{ id: 't', kind: 'landing', people: [person as 'a:'], claimed: [] },
            ...{ marketingEventId: 'MA_1', ...times },
          },
        ],
      }),
  },
  {
    stored: 'visits',
    value: 'a:visitor-of-visit',
    days: RETENTION_DAYS,
    put: ({ facts }, person) =>
      facts({ visits: [{ id: 'v', marketingEventId: 'MA_1', visitor: person as 'a:', ...times }] }),
  },
  {
    stored: 'carts and checkouts',
    value: 'a:person-of-cart',
    days: RETENTION_DAYS + 30,
    put: ({ facts }, person) =>
      facts({ actions: [{ id: 'message:1', kind: 'cart', people: [person as 'a:'], ...times }] }),
  },
  {
    stored: 'orders of statistics',
    value: 'u:buyer-of-statistics',
    days: 400,
    put: ({ facts }, person) =>
      facts({
        orderReports: [
          {
            ...{ id: 'r', stage: 'placed', source: 'platform', orderId: '1', names: ['1'], part: '' },
            ...{ people: [person as 'u:'], items: [], amountHundredths: 100, ...times },
          },
        ],
      }),
  },
  {
    stored: 'messages',
    value: 'u:reader',
    days: 180,
    put: ({ facts }, person) =>
      facts({
        messages: [
          {
            ...{ deliveryId: 'd', metric: 'opened', person: person as 'u:', marketingEventId: 'MA_1' },
            ...times,
          },
        ],
      }),
  },
];

describe('every kind of stored personal data leaves in its time, out of every file', () => {
  test.each(ROWS)('$stored: $days days', async ({ value, days, put }) => {
    const place = await openPlace();
    await put(place, value);
    expect(place.filesWith(value)).not.toEqual([]);
    const margin = 2 / 24;
    await place.passTo(days - margin);
    expect(place.filesWith(value)).not.toEqual([]);
    await place.passTo(days + margin);
    expect(place.filesWith(value)).toEqual([]);
  });
});

const settledBy = async (log: Store, ...consumers: string[]) => {
  for (const consumer of consumers) for (const { ack } of await log.lease(consumer, 10)) ack();
};
const idsOf = async (log: Store) =>
  (await log.deadLetters({ limit: 10 })).map(({ event: { messageId }, reason }) => `${messageId}: ${reason}`);

describe('what waits', () => {
  test('is logged from day 7, and becomes a dead letter after 28 days, also where nothing was leased', async () => {
    const { log, passTo, lines, counted } = await openPlace();
    await log.accept([{ event: event({ messageId: 'tried' }) }, { event: event({ messageId: 'never' }) }]);
    const [tried] = await log.lease('tiktok@shop', 1);
    tried?.retry(0, 'unreachable');
    await settledBy(log, 'customerio@shop');
    await passTo(6.9);
    expect(lines).toEqual([]);
    await passTo(7.1);
    expect(lines).toEqual([
      {
        ...{ shop: 'shop', destination: 'tiktok', waiting: 2, oldestDays: 7 },
        text: 'events have waited for more than 7 days; after 28 days they become dead letters',
      },
    ]);
    await passTo(27.9);
    expect(await idsOf(log)).toEqual([]);
    await passTo(28.1);
    expect((await idsOf(log)).sort()).toEqual(['never: expired', 'tried: expired']);
    const answers = (await log.deadLetters({ limit: 10 })).map(({ answer, attempt }) => [attempt, answer]);
    expect(answers.sort()).toEqual([
      [0, 'never sent'],
      [1, 'attempts: 1, last: unreachable'],
    ]);
    expect(await log.depth('tiktok@shop')).toEqual({ waiting: 0, deadLetters: 2, oldestAgeMs: 0 });
    expect(await log.lease('tiktok@shop', 10)).toEqual([]);
    expect(counted()).toEqual([
      {
        name: 'dead_letters',
        labels: { shop: 'shop', destination: 'tiktok', reason: 'expired' },
        value: 2,
      },
    ]);
    await log.accept([{ event: event({ messageId: 'later', ...at(28.2) }) }]);
    const later = await log.lease('tiktok@shop', 10);
    expect(later.map((delivery) => delivery.event.messageId)).toEqual(['later']);
  });

  test('is told apart from what a lease under way will settle, and from what statistics will count', async () => {
    const { log, passTo } = await openPlace();
    await log.accept([{ event: event({ messageId: 'sent' }) }]);
    await settledBy(log, 'customerio@shop');
    await passTo(28.5);
    expect(await idsOf(log)).toEqual(['sent: expired']);
    expect(await log.depth('statistics@shop')).toMatchObject({ waiting: 1 });
    await log.replayDeadLetters({ consumer: 'tiktok@shop' });
    const [delivery] = await log.lease('tiktok@shop', 1);
    await passTo(28.5);
    delivery?.ack();
    expect(await log.depth('tiktok@shop')).toMatchObject({ waiting: 0, deadLetters: 0 });
  });

  test('begins to wait anew when it is replayed, and as a dead letter stays from its last death', async () => {
    const { log, passTo, lines } = await openPlace();
    await log.accept([{ event: event({ messageId: 'again' }) }]);
    await settledBy(log, 'customerio@shop', 'statistics@shop');
    await passTo(28.5);
    await log.replayDeadLetters({ consumer: 'tiktok@shop' });
    lines.length = 0;
    await passTo(28.6);
    expect(await log.depth('tiktok@shop')).toMatchObject({ waiting: 1, deadLetters: 0 });
    await passTo(33);
    expect(lines).toEqual([]);
    const [delivery] = await log.lease('tiktok@shop', 1);
    expect(delivery?.waitingSinceMs).toBe(START_MS + 28.5 * DAY_MS);
    delivery?.deadLetter('rejected');
    await passTo(33 + RETENTION_DAYS - 0.1);
    expect(await idsOf(log)).toEqual(['again: rejected']);
    await passTo(33 + RETENTION_DAYS + 0.1);
    expect(await idsOf(log)).toEqual([]);
  });
});

describe('nothing stays because its reader is gone', () => {
  test('events and dead letters of a destination that is no longer configured', async () => {
    const place = await openPlace();
    const { log, passTo, filesWith, reopen } = place;
    await log.accept([
      { event: event({ identity: { anonymousId: 'dead-visitor' } }), encryptedPii: 'sealed-value' },
      { event: event({ identity: { anonymousId: 'still-waiting' } }) },
    ]);
    const [dead] = await log.lease('customerio@shop', 1);
    dead?.deadLetter('rejected', 'no');
    await settledBy(log, 'tiktok@shop', 'statistics@shop');
    await reopen({ consumers: CONSUMERS.filter(({ name }) => name !== 'customerio@shop') });
    await passTo(RETENTION_DAYS - 0.1);
    expect(filesWith('dead-visitor')).not.toEqual([]);
    await passTo(RETENTION_DAYS + 0.1);
    expect(await place.log.deadLetters({ limit: 10 })).toEqual([]);
    for (const value of ['dead-visitor', 'sealed-value', 'still-waiting'])
      expect(filesWith(value)).toEqual([]);
  });

  test('a shop that is no longer configured: its events, orders, evidence and statistics', async () => {
    const { log, facts, passTo, filesWith, reopen, settle } = await openPlace();
    const properties = { products: [{ name: 'bought-product' }] };
    await log.accept([bought({ properties }), order('7', click('click-of-evidence'))]);
    await settle();
    const visit = { id: 'v', marketingEventId: 'MA_1', visitor: 'a:visitor-of-visit' } as const;
    await facts({ visits: [{ ...visit, ...times }] });
    await reopen({ consumers: [], shops: {} });
    await passTo(RETENTION_DAYS + 1.1);
    for (const value of ['bought-product', 'click-of-evidence', 'a:visitor-of-visit'])
      expect([value, ...filesWith(value)]).toEqual([value]);
  });

  test('evidence of a shop whose pages make orders by now', async () => {
    const { log, passTo, filesWith, reopen } = await openPlace();
    await log.accept([bought(), order('7', click('click-of-evidence'))]);
    await reopen({ shops: waiting(0, { ordersFrom: 'browser', confirmMs: CONFIRM_DAYS * DAY_MS }) });
    await passTo(CONFIRM_DAYS + RETENTION_DAYS + 0.5);
    expect(filesWith('click-of-evidence')).not.toEqual([]);
    await passTo(CONFIRM_DAYS + RETENTION_DAYS + 1.5);
    expect(filesWith('click-of-evidence')).toEqual([]);
  });
});

test('an order that waits for its destination is sent with all that was known of it, also after the retention', async () => {
  const { log, passTo } = await openPlace();
  const properties = {
    products: [{ name: 'Tea', quantity: 2 }],
    total: 10,
    cart_token: 'cart-token-of-1001',
  };
  await log.accept([
    order('1001', { ...click('CLICK'), properties: { cart_token: properties.cart_token } }),
    bought({ properties, identity: { userId: 'u', city: 'taipei' } }),
  ]);
  await passTo(RETENTION_DAYS + 1);
  const [sent] = await log.lease('tiktok@shop', 1);
  expect(sent?.event).toMatchObject({ ...click('CLICK'), properties, identity: { city: 'taipei' } });
});

test('a link between ids stays 400 days from when it was said last', async () => {
  const { log, passTo, filesWith } = await openPlace();
  const said = (days: number) => ({
    event: event({
      ...{ source: 'server', identity: { userId: 'user-of-link', emailSha256: 'd'.repeat(64) } },
      ...at(days),
    }),
  });
  await log.accept([said(0)]);
  await passTo(300);
  await log.accept([said(300)]);
  await settledBy(log, 'tiktok@shop', 'customerio@shop', 'statistics@shop');
  await passTo(699);
  expect(filesWith('user-of-link')).not.toEqual([]);
  await passTo(701);
  expect(filesWith('user-of-link')).toEqual([]);
});

// @module-tag slow
import { describe, expect, test } from 'vitest';
import { counted, order } from '../support/entries.ts';
import { eventually } from '../support/eventually.ts';
import { ownSchema } from '../support/postgres-for-tests.ts';
import {
  ALIVE_MS,
  beganFirstCommitsLast,
  collectorsOn,
  countsWhatOthersStored,
  leaseOf,
  MODULE,
  named,
  proxyTo,
  SHOPS,
  stoodStill,
} from './hazards.ts';
import { describeProcesses } from './suite-processes.ts';

describeProcesses('PostgreSQL log', {
  module: MODULE,
  isShared: true,
  options: () => ({ ...ownSchema(), aliveMs: ALIVE_MS }),
});

describe('PostgreSQL log: several collectors', () => {
  const setUp = () => collectorsOn(ownSchema());

  test('consumers are spread over them, and each is delivered for by one', async () => {
    const { open } = setUp();
    const first = await open();
    const second = await open();
    const ownersOf = async (round: string) => {
      await first.accept(SHOPS.flatMap((shop) => named(shop, `${shop}-${round}`)));
      const owners: number[] = [];
      for (const shop of SHOPS) {
        const { owner, leased } = await leaseOf([first, second], shop);
        owners.push(owner);
        await [first, second][owner]?.ack([leased[0]?.messageId ?? ''], `tiktok-${shop}`);
      }
      return new Set(owners);
    };
    let round = 0;
    await eventually(
      () => ownersOf(`${++round}`),
      ({ size }) => size === 2,
    );
    await first.accept(SHOPS.flatMap((shop) => named(shop, shop)));
    for (const shop of SHOPS) await leaseOf([first, second], shop);
    for (const shop of SHOPS)
      for (const store of [first, second]) expect(await store.lease(`tiktok-${shop}`, 10)).toEqual([]);
    for (const store of [first, second]) expect(await store.depth('tiktok-a')).toMatchObject({ waiting: 1 });
  });

  test('what began first and commits last is delivered, too', () => beganFirstCommitsLast(setUp()));

  test('one that stood still longer than others wait settles nothing of what it had leased', () =>
    stoodStill(setUp()));

  test('what one has stored is counted by all', () => countsWhatOthersStored(setUp()));

  test('one that stops in the middle of a transaction stops nobody else', async () => {
    const { open, databaseUrl } = setUp();
    const proxy = await proxyTo(databaseUrl);
    const first = await open({ databaseUrl: proxy.url });
    const second = await open();
    const held = proxy.holdCommitOf('a-lost');
    const lost = first.accept(named('a', 'a-lost')).catch((error: Error) => error);
    await held;
    first.signal('SIGSTOP');
    expect(counted(await second.accept(named('a', '2')))).toEqual({ stored: 1, duplicates: 0 });
    first.signal('SIGCONT');
    proxy.release();
    expect(await lost).toBeInstanceOf(Error);
    expect(counted(await second.accept(named('a', 'a-lost', '2')))).toEqual({ stored: 1, duplicates: 1 });
  });

  test('a killed one is replaced within the time it counts as running', async () => {
    const { open } = setUp();
    const first = await open();
    const second = await open();
    await first.accept(SHOPS.flatMap((shop) => named(shop, shop)));
    await first.end('SIGKILL');
    const killedAtMs = performance.now();
    for (const shop of SHOPS) await leaseOf([second], shop);
    expect(performance.now() - killedAtMs).toBeLessThan(15_000);
  });

  test('what a killed one had leased stops no handing over: who joins takes its share', async () => {
    const { open } = setUp();
    const killed = await open();
    await killed.accept(SHOPS.flatMap((shop) => named(shop, shop)));
    for (const shop of SHOPS) expect(await killed.lease(`tiktok-${shop}`, 1)).toHaveLength(1);
    const heir = await open();
    await killed.end('SIGKILL');
    await eventually(
      () => heir.lease('tiktok-a', 1),
      (leased) => leased.length === 1,
    );
    const joined = await open();
    const leaseAny = async () =>
      (await Promise.all(SHOPS.map((shop) => joined.lease(`tiktok-${shop}`, 1)))).flat();
    const leased = await eventually(leaseAny, (found) => found.length > 0);
    expect(new Set(leased.map(({ attempt }) => attempt))).toEqual(new Set([2]));
  });

  test('a job is done by one, and by another when that has ended', async () => {
    const { open } = setUp();
    const [first, second] = [await open(), await open()];
    const claims = await Promise.all([first.claimJob('retention'), second.claimJob('retention')]);
    const [claim] = claims.filter((one) => one !== undefined);
    expect(claims.filter((one) => one === undefined)).toHaveLength(1);
    const [holder, other] = claims[0] ? [first, second] : [second, first];
    expect(await holder.claimJob('retention')).toEqual(claim);
    await holder.end('SIGKILL');
    const taken = await eventually(
      () => other.claimJob('retention'),
      (found) => found !== undefined,
    );
    expect(taken?.fence).toBeGreaterThan(claim?.fence ?? 0);
  });

  test('one that stood still in its job writes nothing of it once another has the job', async () => {
    const { open } = setUp();
    const [first, second] = [await open(), await open()];
    const job = 'watchdog';
    const claim = await first.claimJob(job);
    if (!claim) throw new Error('nobody else has it');
    expect(await first.writeFact('result', 'first', claim)).toBe(true);
    first.signal('SIGSTOP');
    const taken = await eventually(
      () => second.claimJob(job),
      (found) => found !== undefined,
    );
    if (taken) expect(await second.writeFact('result', 'second', taken)).toBe(true);
    first.signal('SIGCONT');
    expect(await first.writeFact('result', 'late', claim)).toBe(false);
    expect(await first.readFact('result')).toBe('second');
  });

  test.each([-60, 60])(
    'an order waits for its whole window and no longer, though the clock of the collector that stored it is off by %i s',
    async (seconds) => {
      const { open } = setUp();
      const shops = Object.fromEntries(
        SHOPS.map((shop) => [shop, { ordersFrom: 'browser', mergeMs: 4_000, hasPlatform: false }]),
      );
      const stores = [await open({ shops }, seconds * 1_000), await open({ shops })];
      const startedAtMs = performance.now();
      await stores[0]?.accept(SHOPS.map((shop) => order(`O-${shop}`, { shop, messageId: shop })));
      for (const shop of SHOPS) {
        await leaseOf(stores, shop);
        expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(4_000);
      }
      expect(performance.now() - startedAtMs).toBeLessThan(20_000);
    },
  );

  test('both claim the same orders at once: each is stored once, and none fails', async () => {
    const { open } = setUp();
    const [first, second] = [await open(), await open()];
    const orders = Array.from({ length: 40 }, (_, index) =>
      order(`O-${index}`, {
        shop: 'a',
        messageId: `m-${index}`,
        source: 'platform',
      }),
    );
    const answers = await Promise.all(
      orders.flatMap((one, index) => [
        first.accept([one]),
        second.accept([orders[orders.length - 1 - index] ?? one]),
      ]),
    );
    expect(answers.flat().filter(({ isStored }) => isStored).length).toBe(orders.length);
  });

  test('a connection that is lost in the middle of a commit: the sender tries again, and it is stored once', async () => {
    const { open, databaseUrl } = setUp();
    const proxy = await proxyTo(databaseUrl);
    const store = await open({ databaseUrl: proxy.url });
    await store.accept(named('a', '1'));
    proxy.cutAnswerToCommitOf('a-cut');
    await expect(store.accept(named('a', 'a-cut'))).rejects.toThrow();
    expect(counted(await store.accept(named('a', 'a-cut', '3')))).toEqual({ stored: 1, duplicates: 1 });
    expect(await store.depth('tiktok-a')).toMatchObject({ waiting: 3 });
    expect((await leaseOf([store], 'a', 3)).leased.map(({ messageId }) => messageId)).toEqual([
      '1',
      'a-cut',
      '3',
    ]);
  });

  test('without a database nothing is accepted; with it again, all goes on by itself', async () => {
    const { open, databaseUrl } = setUp();
    const proxy = await proxyTo(databaseUrl);
    const store = await open({ databaseUrl: proxy.url });
    proxy.cut();
    await expect(store.accept(named('a', '1'))).rejects.toThrow();
    proxy.mend();
    expect(counted(await store.accept(named('a', '1')))).toEqual({ stored: 1, duplicates: 0 });
    expect((await leaseOf([store], 'a')).leased).toMatchObject([{ messageId: '1', attempt: 1 }]);
  });
});

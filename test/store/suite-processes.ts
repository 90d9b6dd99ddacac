import { describe, expect, test } from 'vitest';
import type { LogOptions } from '../../server/store/open.ts';
import type { Consumer } from '../../server/store/store.ts';
import { counted, order, waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { openInProcess, type StoreProcess } from '../support/store-client.ts';
import { tempDir } from '../support/temp-dir.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const TIKTOK: Consumer = { name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' };
const ids = (leased: readonly { messageId: string }[]) => leased.map(({ messageId }) => messageId);
const today = () => ({ receivedAt: new Date().toISOString() });
const named = (...messageIds: string[]) =>
  messageIds.map((messageId) => ({ event: event({ messageId, ...today() }) }));

/** An engine as several processes open it. */
export interface ProcessEngine {
  /** URL of the module that exports `openLog`. */
  module: string;
  /** Whether several processes may have one store open at a time. Where not, they take turns. */
  isShared: boolean;
  /** Further options, the same for all processes of one test. */
  options?: () => Partial<LogOptions>;
}

/** What holds for the processes that open one store, at once or in turns: the contract for any engine. */
export function describeProcesses(
  name: string,
  { module, isShared, options: further = () => ({}) }: ProcessEngine,
): void {
  function setUp() {
    const options = {
      dataDir: tempDir(),
      consumers: [TIKTOK],
      shops: waiting(0, { ordersFrom: 'platform', hasPlatform: true }),
      retentionMs: 30 * DAY_MS,
      leaseMs: 1_000,
      ...further(),
    };
    const open = () => openInProcess(module, options);
    /** A further process; where they take turns, the former ends. */
    const another = async (former: StoreProcess) => {
      if (!isShared) await former.end('SIGTERM');
      return open();
    };
    return { open, another };
  }
  /** Until what another process leased is due again. */
  const leaseAgain = async (store: StoreProcess, count: number) => {
    const found: Awaited<ReturnType<StoreProcess['lease']>> = [];
    for (let tries = 0; found.length < count && tries < 100; tries++) {
      found.push(...(await store.lease('tiktok', 10)));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return found;
  };
  /** Where they share it, the one that opened it first delivers until it ends. */
  const endIfShared = (store: StoreProcess) => (isShared ? store.end('SIGTERM') : Promise.resolve());

  describe(`${name}: processes`, () => {
    test('what was answered outlives the process, and what it had leased is leased again as uncertain', async () => {
      const { open } = setUp();
      const first = await open();
      await first.accept(named('leased', 'new'));
      expect(ids(await first.lease('tiktok', 1))).toEqual(['leased']);
      await first.end('SIGKILL');
      const second = await open();
      expect(await second.depth('tiktok')).toMatchObject({ waiting: 2 });
      const found = await leaseAgain(second, 2);
      expect(found.toSorted((a, b) => b.attempt - a.attempt)).toMatchObject([
        { messageId: 'leased', attempt: 2, isUncertain: true },
        { messageId: 'new', attempt: 1, isUncertain: false },
      ]);
    });

    test('what one has settled no other leases', async () => {
      const { open, another } = setUp();
      const first = await open();
      await first.accept(named('1', '2', '3'));
      const leased = ids(await first.lease('tiktok', 2));
      expect(await first.ack(leased, 'tiktok')).toMatchObject({ waiting: 1 });
      const second = await another(first);
      await endIfShared(first);
      expect(ids(await leaseAgain(second, 1))).toEqual(['3']);
      expect(await second.ack(['3'], 'tiktok')).toMatchObject({ waiting: 0 });
    });

    test('a message that one has stored is a duplicate at another', async () => {
      const { open, another } = setUp();
      const first = await open();
      await first.accept(named('1'));
      const second = await another(first);
      expect(counted(await second.accept(named('1', '2')))).toEqual({ stored: 1, duplicates: 1 });
    });

    test('both report one order under several names: one of each stage, under one id', async () => {
      const { open, another } = setUp();
      const platform = (messageId: string, event: string, properties: object) =>
        order('O-1', {
          ...today(),
          ...{ source: 'platform', messageId, event },
          properties: { order_number: '1001', financial_status: 'paid', ...properties },
        });
      const create = platform('create', 'Order Completed', {});
      const paid = platform('paid', 'Order Updated', { order_id: undefined, order_number: 'O-1' });
      const first = await open();
      const [placed] = await first.accept([create]);
      const second = await another(first);
      const [again, update] = await second.accept([create, paid]);
      expect(again?.isStored).toBe(false);
      expect(update?.orderId).toBe(placed?.orderId);
      await endIfShared(first);
      const leased = await leaseAgain(second, 2);
      expect(leased.map(({ event }) => event).sort()).toEqual(['Order Completed', 'Order Updated']);
      expect(new Set(leased.map(({ orderId }) => orderId))).toEqual(new Set([placed?.orderId]));
    });

    if (!isShared)
      test('a second process is refused while one has it open, and takes its turn when that was killed', async () => {
        const { open } = setUp();
        const first = await open();
        await expect(open()).rejects.toThrow(/is in use by another process/);
        expect(counted(await first.accept(named('1')))).toEqual({ stored: 1, duplicates: 0 });
        await first.end('SIGKILL');
        expect(await (await open()).depth('tiktok')).toMatchObject({ waiting: 1 });
      });
  });
}

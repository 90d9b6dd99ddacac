import { describe, expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import { UPGRADE_FROM_6, UPGRADE_FROM_7 } from '../../server/store/sqlite/upgrade/schema.ts';
import { waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { createFormerStore, expectKillsToUndo } from '../support/former-store.ts';

const NOW_MS = Date.parse('2026-03-01T00:01:00Z');
const HOUR = Math.floor(NOW_MS / 3_600_000);

/**
 * `version-6.sql` and `version-7.sql`: an order sent (#1001) and one held (#1002), views delivered, dead-lettered, waiting for a
 * retry and new, requests of the first three, a login, and what the watchdog had counted.
 */
describe.each([
  { version: 6, upgrade: UPGRADE_FROM_6 },
  { version: 7, upgrade: UPGRADE_FROM_7 },
])('a data directory of version $version', ({ version, upgrade }) => {
  async function open(dataDir: string) {
    const clock = { nowMs: NOW_MS };
    const log = await openLog({
      ...{ dataDir, retentionMs: 30 * 86_400_000, clock: () => clock.nowMs },
      consumers: [{ name: 'tiktok', shop: 'shop', audience: 'destinations', decryptsPii: true }],
      shops: waiting(30_000, { ordersFrom: 'platform', hasPlatform: true }),
    });
    onTestFinished(() => log.close());
    return { log, clock };
  }

  test('keeps what waits, what is held, retried and dead, the history, the audit list and the counts', async () => {
    const { log, clock } = await open(createFormerStore(version));
    expect(await log.depth('tiktok')).toMatchObject({ waiting: 3, deadLetters: 1 });
    const again = await log.accept([{ event: event({ messageId: 'delivered' }) }]);
    expect(again).toMatchObject([{ isStored: false }]);
    clock.nowMs += 3_600_000;
    const due = await log.lease('tiktok', 100);
    for (const delivery of due) delivery.ack();
    const attempts = Object.fromEntries(due.map(({ event: { messageId }, attempt }) => [messageId, attempt]));
    expect(attempts).toEqual({ new: 1, retried: 2, 'placed-1002': 1 });
    expect(await log.deadLetters({ limit: 10 })).toMatchObject([
      { reason: 'rejected', answer: 'no', event: { messageId: 'dead' } },
    ]);
    expect((await log.history({ limit: 10 })).map(({ outcome, words }) => [outcome, words])).toEqual([
      ['retry', 'busy'],
      ['rejected', 'no'],
      ['delivered', 'OK'],
    ]);
    await log.beginAction({ action: 'discard', who: 'token' });
    expect(await log.audit({ limit: 9 })).toMatchObject([{ state: 'running' }, { action: 'login' }]);
    const counts = await log.counts(['accepted', 'rejected'], 0);
    expect(counts.map(({ shop, what, hour, count }) => [shop, what, hour - HOUR, count])).toEqual([
      ['shop', 'accepted', -1, 4],
      ['shop', 'accepted', 0, 2],
      ['shop', 'rejected', -1, 1],
    ]);
  });

  test('is left as it was by a process that is killed in the middle of the upgrade', () =>
    expectKillsToUndo(version, upgrade, open));
});

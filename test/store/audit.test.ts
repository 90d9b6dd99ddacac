import { cpSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import type { Consumer } from '../../server/store/store.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-03-01T00:00:00Z');

async function setUp(consumers: readonly Consumer[] = []) {
  const clock = { nowMs: START_MS };
  const dataDir = tempDir();
  const open = async (directory = dataDir) => {
    const options = {
      dataDir: directory,
      consumers,
      retentionMs: 30 * DAY_MS,
      clock: () => clock.nowMs,
    };
    const log = await openLog(options);
    onTestFinished(() => log.close());
    return log;
  };
  return { log: await open(), clock, dataDir, open };
}

test('what operators did is listed newest first, page by page, after a restart too', async () => {
  const { log, clock, open } = await setUp();
  await log.addAudit({ action: 'login', who: 'session' });
  clock.nowMs += 1000;
  const selection = 'destination tiktok, reason rejected';
  await log.addAudit({ action: 'replay', selection, count: 3, remark: 'x'.repeat(900), who: 'token' });
  await log.addAudit({ action: 'login-refused', who: 'nobody' });
  await log.close();
  const again = await open();
  const [refused, replay, ...older] = await again.audit({ limit: 3 });
  const at = new Date(clock.nowMs).toISOString();
  expect(refused).toEqual({ id: 3, at, action: 'login-refused', who: 'nobody' });
  expect(replay).toEqual({
    ...{ id: 2, at, action: 'replay', who: 'token' },
    ...{ selection, count: 3, remark: 'x'.repeat(500) },
  });
  expect(older).toEqual([{ id: 1, at: new Date(START_MS).toISOString(), action: 'login', who: 'session' }]);
  expect(await again.audit({ limit: 3, before: 2 })).toEqual(older);
});

test('an action in steps is listed from before its first, with what they reached, also when the process ended between two', async () => {
  const consumers = [
    {
      name: 'tiktok',
      shop: 'shop',
      decryptsPii: false,
      audience: 'destinations',
    },
  ] as const;
  const { log, dataDir, open } = await setUp(consumers);
  const count = 1_200;
  await log.accept(Array.from({ length: count }, () => ({ event: event() })));
  for (const delivery of await log.lease('tiktok', count)) delivery.deadLetter('rejected', 'no');
  const action = await log.beginAction({
    action: 'replay',
    selection: 'tiktok',
    who: 'token',
  });
  expect(await log.audit({ limit: 1 })).toMatchObject([{ id: action, count: 0, state: 'running' }]);
  const all = Array.from({ length: count }, (_, index) => index + 1);
  const shown = { isDead: true, historyId: 0 };
  await log.requeue('tiktok', all.slice(0, 700), { shown, action });

  const copy = tempDir();
  cpSync(dataDir, copy, { recursive: true });
  const killed = await open(copy);
  expect(await killed.audit({ limit: 1 })).toMatchObject([{ id: action, count: 700, state: 'interrupted' }]);
  expect(await killed.depth('tiktok')).toMatchObject({
    waiting: 700,
    deadLetters: 500,
  });

  await log.discardDeadLetters({ consumer: 'tiktok', seqs: all.slice(700, 900) }, action);
  expect(await log.replayDeadLetters({ consumer: 'tiktok' }, action)).toBe(300);
  await log.endAction(action, 'completed');
  const [row] = await log.audit({ limit: 1 });
  expect(row).toMatchObject({ id: action, count });
  expect(row?.state).toBeUndefined();
});

test('the list is bounded by number and age, and refused logins push nothing else out', async () => {
  const { log, clock } = await setUp();
  await log.addAudit({ action: 'erase', count: 4, who: 'token' });
  for (let round = 0; round < 12; round++)
    await Promise.all(
      Array.from({ length: 1000 }, () => log.addAudit({ action: 'login-refused', who: 'nobody' })),
    );
  const all = await log.audit({ limit: 20_000 });
  expect(all).toHaveLength(1_001);
  expect(all.at(-1)?.action).toBe('erase');
  for (let round = 0; round < 10; round++)
    await Promise.all(Array.from({ length: 1000 }, () => log.addAudit({ action: 'costs', who: 'session' })));
  expect(await log.audit({ limit: 20_000 })).toHaveLength(10_000);
  clock.nowMs += 401 * DAY_MS;
  await log.addAudit({ action: 'export', who: 'token' });
  await log.retain();
  expect((await log.audit({ limit: 20_000 })).map(({ action }) => action)).toEqual(['export']);
});

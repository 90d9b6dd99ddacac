import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import { tempDir } from '../support/temp-dir.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-03-01T00:00:00Z');

async function setUp() {
  const clock = { nowMs: START_MS };
  const dataDir = tempDir();
  const open = async () => {
    const log = await openLog({ dataDir, consumers: [], retentionMs: 30 * DAY_MS, clock: () => clock.nowMs });
    onTestFinished(() => log.close());
    return log;
  };
  return { log: await open(), clock, reopen: open };
}

test('what operators did is listed newest first, page by page, after a restart too', async () => {
  const { log, clock, reopen } = await setUp();
  await log.addAudit({ action: 'login', who: 'session' });
  clock.nowMs += 1000;
  const selection = 'destination tiktok, reason rejected';
  await log.addAudit({ action: 'replay', selection, count: 3, remark: 'x'.repeat(900), who: 'token' });
  await log.addAudit({ action: 'login-refused', who: 'nobody' });
  await log.close();
  const again = await reopen();
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

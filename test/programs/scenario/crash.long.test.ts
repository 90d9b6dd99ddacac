import { expect, onTestFinished, test, vi } from 'vitest';
import { createSandbox } from '../../../server/sandbox/index.ts';
import { freePort } from '../../support/fleet-process.ts';
import { spawnCollector } from '../../support/process.ts';
import { shopVariables } from '../../support/shop.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { SETTINGS } from './cast.ts';
import { createChance } from './random.ts';
import { reference } from './reference.ts';
import { isReport, lastOf } from './reports.ts';
import { bundled, send, sync } from './send.ts';
import { STORY_VARIABLES } from './shop.ts';
import { createStory } from './story.ts';

// Each starts several processes, and the machine may be busy with others.
vi.setConfig({ testTimeout: 120_000 });

const sinceMs = Date.now();
const story = createStory(1, sinceMs);
const told = reference(story.happenings, SETTINGS);

/** One data directory and one sandbox, however often the collector is killed. */
async function createHouse() {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const variables = {
    ...shopVariables(sandbox),
    ...STORY_VARIABLES,
    LOG_LEVEL: 'warn',
    PORT: String(await freePort()),
    DATA_DIR: tempDir(),
  };
  return {
    sandbox,
    start: () => spawnCollector(variables),
    last: () => lastOf(sandbox, told, sinceMs),
  };
}

test('killed while it takes and counts: what was answered 200 is counted once, the rest is sent again', async () => {
  const { sandbox, start, last } = await createHouse();
  let left = bundled(createChance(5).shuffled(story.happenings), 20);
  const all = left.length;
  for (const share of [0.5, 1]) {
    const collector = await start();
    const stopping = new AbortController();
    let killed: Promise<unknown> | undefined;
    const kill = (count: number) => {
      if (count < Math.floor(all * share)) return;
      stopping.abort();
      killed ??= collector.end('SIGKILL');
    };
    left = await send(collector.base, left, { atOnce: 8, signal: stopping.signal, answered: kill });
    // Everything was answered: now it has the last of it still to count.
    await (killed ?? collector.end('SIGKILL'));
  }
  expect(left).toEqual([]);
  const { base } = await start();
  expect((await sync(base)).status).toBe(200);
  expect(last()).toEqual(told);
  const reports = sandbox.received('shopline').filter(isReport).length;
  expect((await sync(base)).status).toBe(200);
  expect(sandbox.received('shopline').filter(isReport)).toHaveLength(reports);
});

test('killed while it reports: the next report is whole, and nothing is doubled', async () => {
  const { sandbox, start, last } = await createHouse();
  let collector = await start();
  await send(collector.base, bundled(story.happenings), { atOnce: 16 });
  // One of the two reports is answered, the other one's answer never comes.
  sandbox.setFaults('shopline', [
    { times: 1, path: 'sales/' },
    { delayMs: 5_000, path: 'sales/' },
  ]);
  const underWay = new Promise<void>((resolve) => {
    let reports = 0;
    const stop = sandbox.onReceived((received) => {
      if (!isReport(received) || ++reports < 2) return;
      stop();
      resolve();
    });
  });
  const cutOff = sync(collector.base).catch(() => 'cut off');
  await underWay;
  await collector.end('SIGKILL');
  expect(await cutOff).toBe('cut off');
  sandbox.setFaults('shopline', undefined);
  collector = await start();
  expect((await sync(collector.base)).status).toBe(200);
  expect(last()).toEqual(told);
});

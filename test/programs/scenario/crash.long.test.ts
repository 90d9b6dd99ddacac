import { expect, onTestFinished, test, vi } from 'vitest';
import { createSandbox } from '../../../server/sandbox/index.ts';
import { freePort } from '../../support/fleet-process.ts';
import { spawnCollector } from '../../support/process.ts';
import { shopVariables } from '../../support/shop.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { SETTINGS } from './fixtures.ts';
import { createChance } from './random.ts';
import { reference } from './reference.ts';
import { isReport, lastOf } from './reports.ts';
import { createScenario } from './scenario.ts';
import { bundled, send, sync } from './send.ts';
import { SCENARIO_VARIABLES } from './shop.ts';

// Each test starts several processes; a busy machine needs longer.
vi.setConfig({ testTimeout: 120_000 });

const sinceMs = Date.now();
const scenario = createScenario(1, sinceMs);
const expected = reference(scenario.events, SETTINGS);

/** One data directory and one sandbox, kept while the collector is killed and restarted. */
async function createSetup() {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const variables = {
    ...shopVariables(sandbox),
    ...SCENARIO_VARIABLES,
    LOG_LEVEL: 'warn',
    PORT: String(await freePort()),
    DATA_DIR: tempDir(),
  };
  return {
    sandbox,
    start: () => spawnCollector(variables),
    last: () => lastOf(sandbox, expected, sinceMs),
  };
}

test('killed while it accepts and counts: events answered with 200 are counted once, the others are sent again', async () => {
  const { sandbox, start, last } = await createSetup();
  let left = bundled(createChance(5).shuffled(scenario.events), 20);
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
    // In the last round every request was answered, but not everything is counted yet.
    await (killed ?? collector.end('SIGKILL'));
  }
  expect(left).toEqual([]);
  const { base } = await start();
  expect((await sync(base)).status).toBe(200);
  expect(last()).toEqual(expected);
  const reports = sandbox.received('shopline').filter(isReport).length;
  expect((await sync(base)).status).toBe(200);
  expect(sandbox.received('shopline').filter(isReport)).toHaveLength(reports);
});

test('killed while it reports: the next report is complete, and nothing is counted twice', async () => {
  const { sandbox, start, last } = await createSetup();
  let collector = await start();
  await send(collector.base, bundled(scenario.events), { atOnce: 16 });
  // The first of the two reports is answered, the answer to the second is delayed beyond the kill.
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
  expect(last()).toEqual(expected);
});

import { expect, onTestFinished, test, vi } from 'vitest';
import { createSandbox } from '../../../server/sandbox/index.ts';
import { SETTINGS, STRAY } from './fixtures.ts';
import { createChance } from './random.ts';
import { reference } from './reference.ts';
import { createScenario, SEED } from './scenario.ts';
import { bundled } from './send.ts';
import { startScenario } from './start-scenario.ts';

vi.setConfig({ testTimeout: 120_000 });

const sinceMs = Date.now();
const scenario = createScenario(SEED, sinceMs);
const expected = reference(scenario.events, SETTINGS);

test.each([1, 2])(
  'in another order (%i), every webhook three times, with a report in between: the same totals',
  async (seed) => {
    const chance = createChance(seed);
    const webhooks = scenario.events.filter(({ kind }) => kind === 'shopline' || kind === 'customerio');
    const shuffled = bundled(chance.shuffled([...scenario.events, ...webhooks, ...webhooks]));
    const middle = chance.whole(1, shuffled.length - 1);
    const expectedSoFar = reference(shuffled.slice(0, middle), SETTINGS);
    const collector = await startScenario(sinceMs);
    await collector.send(shuffled.slice(0, middle), 16);
    await collector.report();
    expect(collector.last(expectedSoFar)).toEqual(expectedSoFar);
    await collector.send(shuffled.slice(middle), 16);
    await collector.report();
    expect(collector.last(expected)).toEqual(expected);
    expect(await collector.report()).toEqual([]);
  },
);

test('SHOPLINE accepts a report in part or rejects it: later reports complete it', async () => {
  const collector = await startScenario(sinceMs);
  await collector.send(bundled(scenario.events), 16);
  collector.sandbox.setFaults('shopline', [
    { body: { sucess_count: 1 }, path: 'sales/', times: 1 },
    { status: 422, body: { errors: 'occurred_on: must be 13 digits' }, path: 'sales/', times: 1 },
    { body: { sucess_count: 0 }, after: 'accept', path: 'sales/', times: 1 },
    { status: 500, body: { errors: 'busy' }, path: 'sales/', times: 1 },
  ]);
  let reports = 0;
  while ((await collector.report()).length > 0) expect(++reports).toBeLessThan(8);
  expect(collector.last(expected)).toEqual(expected);
  const faults = collector.sandbox.received('shopline').filter(({ fault }) => fault !== undefined);
  expect(faults).toHaveLength(4);
});

test('a marketing event unknown to SHOPLINE does not hold up the others', async () => {
  const marketingEvents = Object.keys(expected.marketing).filter((id) => id !== STRAY);
  const sandbox = await createSandbox({ credentials: { shopline: { marketingEvents } } });
  onTestFinished(() => sandbox.close());
  const collector = await startScenario(sinceMs, { sandbox });
  await collector.send(bundled(scenario.events), 16);
  await collector.report();
  const { [STRAY]: _, ...known } = expected.marketing;
  expect(collector.last(expected)).toEqual({ ...expected, marketing: known });
});

// @module-tag slow
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSandbox, type Sandbox } from '../../../server/sandbox/index.ts';
import { startCollector } from '../../support/collector.ts';
import { tempDir } from '../../support/temp-dir.ts';
import type { ScenarioEvent } from './event.ts';
import { AD, SETTINGS, STRAY } from './fixtures.ts';
import { createChance } from './random.ts';
import { type Expected, reference } from './reference.ts';
import { isReport, lastOf } from './reports.ts';
import { expectReference, expectReferenceOfEvidence } from './run-seed.ts';
import { createScenario, SEED } from './scenario.ts';
import { bundled, send, sync } from './send.ts';
import { SCENARIO_VARIABLES } from './shop.ts';

vi.setConfig({ testTimeout: 60_000 });

const sinceMs = Date.now();
const scenario = createScenario(SEED, sinceMs);
const expected = reference(scenario.events, SETTINGS);
const expectedWithOneMore = reference([...scenario.events, ...scenario.oneMore], SETTINGS);

async function startScenario(options: { sandbox?: Sandbox; dataDir?: string } = {}) {
  const collector = await startCollector(SCENARIO_VARIABLES, options);
  const { base, sandbox, lines } = collector;
  return {
    ...collector,
    send: async (events: readonly ScenarioEvent[], atOnce: number) =>
      void (await send(base, events, { atOnce })),
    /** Requests of this report, accepted by SHOPLINE or not. */
    async report() {
      const before = sandbox.received('shopline').length;
      const response = await sync(base);
      expect(response.status, await response.clone().text()).toBe(200);
      return sandbox.received('shopline').slice(before).filter(isReport);
    },
    last: (expected: Expected) => lastOf(sandbox, expected, sinceMs),
    errors: () => lines.filter((line) => /"level":(50|60|"error"|"fatal")/.test(line)),
  };
}

test('in order of arrival: SHOPLINE receives exactly the reference totals, once', async () => {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const dataDir = tempDir();
  const first = await startScenario({ sandbox, dataDir });
  await first.send(scenario.events, 4);
  await first.report();
  expect(first.last(expected)).toEqual(expected);
  expect(await first.report(), 'nothing has changed').toEqual([]);

  await first.send(scenario.oneMore, 1);
  const more = await first.report();
  const ids = more.flatMap(({ body }) =>
    (body as { marketing_activity_datas: { marketing_event_id: string }[] }).marketing_activity_datas.map(
      ({ marketing_event_id }) => marketing_event_id,
    ),
  );
  expect(ids).toEqual([AD]);
  expect(first.last(expectedWithOneMore)).toEqual(expectedWithOneMore);
  expect(first.errors()).toEqual([]);

  await first.stop();
  const second = await startScenario({ sandbox, dataDir });
  expect(await second.report(), 'nothing has changed after a restart').toEqual([]);
  await second.send(bundled(scenario.events), 16);
  expect(await second.report(), 'nothing was new').toEqual([]);
});

test.each([1, 2])(
  'in another order (%i), every webhook three times, with a report in between: the same totals',
  async (seed) => {
    const chance = createChance(seed);
    const webhooks = scenario.events.filter(({ kind }) => kind === 'shopline' || kind === 'customerio');
    const shuffled = bundled(chance.shuffled([...scenario.events, ...webhooks, ...webhooks]));
    const middle = chance.whole(1, shuffled.length - 1);
    const expectedSoFar = reference(shuffled.slice(0, middle), SETTINGS);
    const collector = await startScenario();
    await collector.send(shuffled.slice(0, middle), 16);
    await collector.report();
    expect(collector.last(expectedSoFar)).toEqual(expectedSoFar);
    await collector.send(shuffled.slice(middle), 16);
    await collector.report();
    expect(collector.last(expected)).toEqual(expected);
    expect(await collector.report()).toEqual([]);
  },
);

// More seeds are in `seeds.long.test.ts`.
test.each([1])('another shop (seed %i): exactly the reference totals', (seed) => expectReference(seed));

test("the shop system's word makes orders, pages add visitors by proof, in another order: exactly the reference totals", () =>
  expectReferenceOfEvidence(1, true));

test('SHOPLINE accepts a report in part or rejects it: later reports complete it', async () => {
  const collector = await startScenario();
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
  const collector = await startScenario({ sandbox });
  await collector.send(bundled(scenario.events), 16);
  await collector.report();
  const { [STRAY]: _, ...known } = expected.marketing;
  expect(collector.last(expected)).toEqual({ ...expected, marketing: known });
});

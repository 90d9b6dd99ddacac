// @module-tag slow
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSandbox } from '../../../server/sandbox/index.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { AD, SETTINGS } from './fixtures.ts';
import { reference } from './reference.ts';
import { expectReference, expectReferenceOfEvidence } from './run-seed.ts';
import { createScenario, SEED } from './scenario.ts';
import { bundled } from './send.ts';
import { startScenario } from './start-scenario.ts';

vi.setConfig({ testTimeout: 120_000 });

const sinceMs = Date.now();
const scenario = createScenario(SEED, sinceMs);
const expected = reference(scenario.events, SETTINGS);
const expectedWithOneMore = reference([...scenario.events, ...scenario.oneMore], SETTINGS);

test('in order of arrival: SHOPLINE receives exactly the reference totals, once', async () => {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const dataDir = tempDir();
  const first = await startScenario(sinceMs, { sandbox, dataDir });
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
  const second = await startScenario(sinceMs, { sandbox, dataDir });
  expect(await second.report(), 'nothing has changed after a restart').toEqual([]);
  await second.send(bundled(scenario.events), 16);
  expect(await second.report(), 'nothing was new').toEqual([]);
});

// More seeds are in `seeds.long.test.ts`; other orders of arrival and faults of SHOPLINE in `scenario.long.test.ts`.
test.each([1])('another shop (seed %i): exactly the reference totals', (seed) => expectReference(seed));

test("the shop system's word makes orders, pages add visitors by proof, in another order: exactly the reference totals", () =>
  expectReferenceOfEvidence(1, true));

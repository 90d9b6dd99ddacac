import { expect, onTestFinished, test, vi } from 'vitest';
import { createSandbox, type Sandbox } from '../../../server/sandbox/index.ts';
import { startCollector } from '../../support/collector.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { AD, SETTINGS, STRAY } from './cast.ts';
import type { Happening } from './happening.ts';
import { createChance } from './random.ts';
import { type Expected, reference } from './reference.ts';
import { isReport, lastOf } from './reports.ts';
import { bundled, send, sync } from './send.ts';
import { STORY_VARIABLES } from './shop.ts';
import { createStory, SEED } from './story.ts';

vi.setConfig({ testTimeout: 60_000 });

const sinceMs = Date.now();
const story = createStory(SEED, sinceMs);
const told = reference(story.happenings, SETTINGS);
const toldOneMore = reference([...story.happenings, ...story.oneMore], SETTINGS);

async function startStory(options: { sandbox?: Sandbox; dataDir?: string } = {}) {
  const collector = await startCollector(STORY_VARIABLES, options);
  const { base, sandbox, lines } = collector;
  return {
    ...collector,
    play: async (happenings: readonly Happening[], atOnce: number) =>
      void (await send(base, happenings, { atOnce })),
    /** What this report sent, in SHOPLINE's hands or not. */
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

test('told as it happened: SHOPLINE hears exactly what a slow count comes to, and hears it once', async () => {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const dataDir = tempDir();
  const first = await startStory({ sandbox, dataDir });
  await first.play(story.happenings, 4);
  await first.report();
  expect(first.last(told)).toEqual(told);
  expect(await first.report(), 'nothing has changed').toEqual([]);

  await first.play(story.oneMore, 1);
  const more = await first.report();
  const ids = more.flatMap(({ body }) =>
    (body as { marketing_activity_datas: { marketing_event_id: string }[] }).marketing_activity_datas.map(
      ({ marketing_event_id }) => marketing_event_id,
    ),
  );
  expect(ids).toEqual([AD]);
  expect(first.last(toldOneMore)).toEqual(toldOneMore);
  expect(first.errors()).toEqual([]);

  await first.stop();
  const second = await startStory({ sandbox, dataDir });
  expect(await second.report(), 'nothing has changed by starting anew').toEqual([]);
  await second.play(bundled(story.happenings), 16);
  expect(await second.report(), 'nothing was new').toEqual([]);
});

test.each([1, 2])(
  'in another order (%i), every webhook three times, reported on the way: the same totals',
  async (seed) => {
    const chance = createChance(seed);
    const webhooks = story.happenings.filter(({ kind }) => kind === 'shopline' || kind === 'customerio');
    const shuffled = bundled(chance.shuffled([...story.happenings, ...webhooks, ...webhooks]));
    const middle = chance.whole(1, shuffled.length - 1);
    const toldByThen = reference(shuffled.slice(0, middle), SETTINGS);
    const collector = await startStory();
    await collector.play(shuffled.slice(0, middle), 16);
    await collector.report();
    expect(collector.last(toldByThen)).toEqual(toldByThen);
    await collector.play(shuffled.slice(middle), 16);
    await collector.report();
    expect(collector.last(told)).toEqual(told);
    expect(await collector.report()).toEqual([]);
  },
);

test('SHOPLINE takes a part of a report, or refuses it: in the end it has everything, once and right', async () => {
  const collector = await startStory();
  await collector.play(bundled(story.happenings), 16);
  collector.sandbox.setFaults('shopline', [
    { body: { sucess_count: 1 }, path: 'sales/', times: 1 },
    { status: 422, body: { errors: 'occurred_on: must be 13 digits' }, path: 'sales/', times: 1 },
    { body: { sucess_count: 0 }, after: 'accept', path: 'sales/', times: 1 },
    { status: 500, body: { errors: 'busy' }, path: 'sales/', times: 1 },
  ]);
  let reports = 0;
  while ((await collector.report()).length > 0) expect(++reports).toBeLessThan(8);
  expect(collector.last(told)).toEqual(told);
  const faults = collector.sandbox.received('shopline').filter(({ fault }) => fault !== undefined);
  expect(faults).toHaveLength(4);
});

test('a marketing event that SHOPLINE does not have costs only itself', async () => {
  const marketingEvents = Object.keys(told.marketing).filter((id) => id !== STRAY);
  const sandbox = await createSandbox({ credentials: { shopline: { marketingEvents } } });
  onTestFinished(() => sandbox.close());
  const collector = await startStory({ sandbox });
  await collector.play(bundled(story.happenings), 16);
  await collector.report();
  const { [STRAY]: _, ...known } = told.marketing;
  expect(collector.last(told)).toEqual({ ...told, marketing: known });
});

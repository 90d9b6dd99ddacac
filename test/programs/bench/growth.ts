import { type Figure, logLogSlope, type Measured, whole } from './figures.ts';
import type { Grown, GrowState } from './grow-state.ts';
import { launch } from './launch.ts';
import type { Options } from './options.ts';

/** More would take the largest state longer than anybody waits for a benchmark. */
const EVENTS_EACH = 1;
/** V8 has seen enough by then. */
const WARM_UP = 5000;
const GOAL = { most: 1.1 };

/** What ten and a hundred times the visitors cost: in time for each event, in bytes for each of them. */
export async function measureGrowth(
  { visitors }: Pick<Options, 'visitors'>,
  dataDir: string,
  say: (line: string) => void,
): Promise<Measured> {
  const grower = await launch('server', 'grow-state.ts');
  const grow = (count: number) =>
    grower.ask<Grown>({ dataDir, visitors: count, eventsEach: EVENTS_EACH } satisfies GrowState);
  await grow(Math.min(WARM_UP, visitors[0] ?? WARM_UP));
  const grown: Grown[] = [];
  for (const count of visitors) {
    const one = await grow(count);
    grown.push(one);
    say(`${whole(count)} visitors counted in ${seconds(one).toFixed(1)} s, ${whole(one.bytes)} bytes`);
  }
  await grower.end();
  return { figures: growthFigures(grown), audit: { promised: 0, broken: [] } };
}

const seconds = ({ applySeconds, attributeSeconds }: Grown) => applySeconds + attributeSeconds;

export function growthFigures(grown: readonly Grown[]): Figure[] {
  const slope = (what: string, read: (one: Grown) => number): Figure => {
    const reached = logLogSlope(grown.map((one) => [one.visitors, read(one)]));
    return { what, value: reached.toFixed(2), goal: { reached, ...GOAL } };
  };
  const [least, most] = [grown[0], grown.at(-1)].map((one) => whole(one?.visitors ?? 0));
  return [
    ...grown.map((one): Figure => {
      const microseconds = (spent: number) => ((spent * 1e6) / one.events).toFixed(1);
      return {
        what: `statistics of ${whole(one.visitors)} visitors, µs/event`,
        value: `${microseconds(seconds(one))} µs`,
        note: `${microseconds(one.applySeconds)} to keep, ${microseconds(one.attributeSeconds)} to settle; ${whole(one.bytes / one.visitors)} bytes/visitor`,
      };
    }),
    slope(`time from ${least} to ${most} visitors, log-log slope`, seconds),
    slope(`size from ${least} to ${most} visitors, log-log slope`, ({ bytes }) => bytes),
  ];
}

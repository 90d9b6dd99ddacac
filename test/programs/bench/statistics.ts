import type { Counted, CountLog } from './count-log.ts';
import { type Figure, type Measured, median, whole } from './figures.ts';
import type { FillLog } from './fill-log.ts';
import { type Core, launch } from './launch.ts';
import { countOf } from './mix.ts';
import type { Options } from './options.ts';

/** One round is long enough. */
const MOST_ROUNDS = 3;
const EVENTS_EACH = 4;

/** One process counts; what its threads could do on one core says what its work costs. */
const PLACES = [
  { what: 'statistics consumer, one process', core: 'both', goal: { least: 20_000 } },
  { what: 'statistics consumer, all its threads on one core', core: 'server' },
] as const satisfies readonly { what: string; core: Core; goal?: { least: number } }[];

/** How fast what is stored is counted, by one consumer with its log and its state. */
export async function measureStatistics(
  { rounds, events }: Pick<Options, 'rounds' | 'events'>,
  dataDir: string,
  say: (line: string) => void,
): Promise<Measured> {
  const visitors = events / EVENTS_EACH;
  const consumersOf = ({ core }: { core: Core }) =>
    Array.from({ length: Math.min(rounds, MOST_ROUNDS) }, (_, round) => `${core}-${round}@shop`);
  const consumers = PLACES.flatMap(consumersOf);
  const filler = await launch('load', 'fill-log.ts');
  const fill: FillLog = { dataDir, events, visitors, eventsEach: EVENTS_EACH, consumers };
  const { stored } = await filler.ask<{ stored: number }>(fill);
  await filler.end();

  const figures: Figure[] = [];
  const broken =
    stored === events ? [] : [`${whole(stored)} of ${whole(events)} events were stored to be counted`];
  for (const place of PLACES) {
    const counter = await launch(place.core, 'count-log.ts');
    const count: CountLog = { dataDir, consumers, counting: consumersOf(place) };
    const { runs } = await counter.ask<{ runs: Counted[] }>(count);
    await counter.end();
    const perSecond = runs.map((run) => events / (run.countSeconds + run.attributeSeconds));
    say(`${place.what}: ${perSecond.map(whole).join(', ')} events/s`);
    const reached = median(perSecond);
    figures.push({
      what: `${place.what}, events/s`,
      value: `${whole(reached)}/s`,
      ...('goal' in place && { goal: { reached, ...place.goal } }),
      note: `${whole(events)} of ${whole(visitors)} visitors ${howOf(runs, events)}`,
    });
    broken.push(...runs.flatMap((run) => miscounted(run, events)));
  }
  return { figures, audit: { promised: 0, broken } };
}

function howOf(runs: readonly Counted[], events: number): string {
  const of = (read: (run: Counted) => number) => median(runs.map(read));
  const microseconds = (read: (run: Counted) => number) => ((of(read) * 1000) / events).toFixed(1);
  return [
    `counted in ${of((run) => run.countSeconds).toFixed(1)} s`,
    `settled in ${of((run) => run.attributeSeconds).toFixed(1)} s`,
    `CPU ${microseconds((run) => run.allMs)} µs/event (event loop ${microseconds((run) => run.mainMs)})`,
  ].join(', ');
}

/** A consumer that leaves something out would be fast. */
export function miscounted(
  { landings, reports }: Pick<Counted, 'landings' | 'reports'>,
  events: number,
): string[] {
  const counted = [
    ['landings', landings, countOf('landing', events)],
    ['message reports', reports, countOf('report', events)],
  ] as const;
  return counted
    .filter(([, found, wanted]) => found !== wanted)
    .map(([what, found, wanted]) => `statistics counted ${whole(found)} ${what} of ${whole(wanted)}`);
}

import type { ErasedLog, EraseLog } from './erase-log.ts';
import { type Measured, ms, whole } from './figures.ts';
import type { FillLog } from './fill-log.ts';
import { launch } from './launch.ts';
import type { Options } from './options.ts';
import { createShopEntries } from './shop-events.ts';

const IDS = 2_000;
const EVENTS_EACH = 4;
const MOST_SECONDS = 10;

/** How long it takes to erase two thousand ids from a full log, and what that costs events that arrive meanwhile. */
export async function measureErase(
  { backlog: events }: Pick<Options, 'backlog'>,
  dataDir: string,
  say: (line: string) => void,
): Promise<Measured> {
  const traffic = { visitors: Math.ceil(events / EVENTS_EACH), eventsEach: EVENTS_EACH };
  const consumers = ['erase@shop'];
  const filler = await launch('load', 'fill-log.ts');
  const { stored } = await filler.ask<{ stored: number }>({
    ...traffic,
    ...{ dataDir, events, consumers },
  } satisfies FillLog);
  await filler.end();
  say(`${whole(stored)} events stored`);
  const ids = idsIn(traffic, events);
  const eraser = await launch('both', 'erase-log.ts');
  const erased = await eraser.ask<ErasedLog>({
    ...traffic,
    ...{ dataDir, consumers, ids, from: events },
  } satisfies EraseLog);
  await eraser.end();
  const sorted = erased.acceptMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  const broken = erased.events === 0 ? ['nothing was erased'] : [];
  return {
    figures: [
      {
        what: `erasing ${whole(ids.length)} ids from ${whole(stored)} events`,
        value: `${erased.seconds.toFixed(1)} s`,
        goal: { reached: erased.seconds, most: MOST_SECONDS },
        note: `${whole(erased.events)} events removed`,
      },
      {
        what: 'storing an event meanwhile, p50 and p99',
        value: `${ms(at(0.5))}, ${ms(at(0.99))}`,
        note: `of ${whole(sorted.length)}`,
      },
    ],
    audit: { promised: 0, broken },
  };
}

/** Every so many events an id of its visitor, until there are enough. */
function idsIn(traffic: { visitors: number; eventsEach: number }, events: number): string[] {
  const entryAt = createShopEntries(traffic);
  const ids = new Set<string>();
  const step = Math.max(1, Math.floor(events / (IDS * 2)));
  for (let number = 0; number < events && ids.size < IDS; number += step) {
    const { anonymousId, userId } = entryAt(number).event.identity;
    const id = userId ?? anonymousId;
    if (id !== undefined) ids.add(id);
  }
  return [...ids];
}

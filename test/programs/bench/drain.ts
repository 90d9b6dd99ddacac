import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.ts';
import { audit } from './audit.ts';
import { DESTINATIONS, type DestinationName, startCollector } from './collector.ts';
import { type Figure, type Measured, median, whole } from './figures.ts';
import { type Helper, launch } from './launch.ts';
import type { Options } from './options.ts';
import { PREFILLED } from './prefill.ts';
import type { SandboxHello, Taken } from './sandbox.ts';
import { readUsage } from './usage.ts';

interface Drain {
  what: string;
  destination: DestinationName;
  /** Absent: the strict stand-in. */
  acceptsAll?: boolean;
  events: number;
  /** One event of so many is mapped to a payload; default: every one. */
  mappedIn?: number;
  goal?: { least: number; stretch: number };
  /** Payloads/s the API itself allows, where that is below what could be sent. */
  limit?: number;
}
const SHOPLINE_LIMIT = 128 * 4;
const SHOPLINE_BURST = 128 * 40;
const DRAINS: readonly Drain[] = [
  {
    what: 'drain into the TikTok sandbox',
    destination: 'tiktok',
    events: 250_000,
    goal: { least: 20_000, stretch: 40_000 },
  },
  {
    what: 'drain into a TikTok that takes all unread',
    destination: 'tiktok',
    acceptsAll: true,
    events: 250_000,
  },
  { what: 'drain into the Customer.io sandbox', destination: 'customerio', events: 150_000 },
  {
    what: 'drain into the SHOPLINE sandbox',
    destination: 'shopline',
    events: SHOPLINE_BURST + SHOPLINE_LIMIT * 16,
    limit: SHOPLINE_LIMIT,
  },
  {
    what: 'drain into the SHOPLINE sandbox, one event in five mapped',
    destination: 'shopline',
    events: (SHOPLINE_BURST + SHOPLINE_LIMIT * 16) * 5,
    mappedIn: 5,
    goal: { least: 480, stretch: 510 },
    limit: SHOPLINE_LIMIT,
  },
];
const WARM_UP_SECONDS = 3;
/** Until what an API allows at once, beyond its limit, is used up. */
const BURST_SECONDS = 12;

/** How fast a waiting backlog leaves for each destination alone, in payloads that were accepted. */
export async function measureDrain(
  { rounds }: Options,
  directory: string,
  say: (line: string) => void,
): Promise<Measured> {
  const figures: Figure[] = [];
  const audits = [];
  for (const drain of DRAINS) {
    const dataDir = mkdtempSync(join(directory, `${drain.destination}-`));
    const filler = await launch('load', 'prefill.ts');
    await filler.ask({
      ...{ dataDir, destination: drain.destination, events: drain.events },
      ...(drain.mappedIn !== undefined && { ordersIn: drain.mappedIn }),
    });
    await filler.end();
    const drained = await drainOnce(drain, dataDir, rounds);
    say(`${drain.what}: ${drained.windows.map(whole).join(', ')} payloads/s`);
    figures.push(figureOf(drain, drained));
    const result = { requests: drain.events, unanswered: [] };
    audits.push(await audit({ dataDir }, [{ prefix: PREFILLED, eventsPerRequest: 1, result }]));
  }
  return {
    figures,
    audit: {
      promised: audits.reduce((sum, { promised }) => sum + promised, 0),
      broken: audits.flatMap(({ broken }) => broken),
    },
  };
}

interface Drained {
  /** Payloads/s in each window. */
  windows: number[];
  refused: number;
  /** CPU time ÷ time. */
  collectorShare: number;
  standInShare: number;
}

/** Counts whole windows until there are enough or the backlog is gone. */
async function drainOnce(
  { destination, acceptsAll, limit }: Drain,
  dataDir: string,
  rounds: number,
): Promise<Drained> {
  const standIn = await launchStandIn(destination, acceptsAll === true);
  const collector = await startCollector({ dataDir, destination: DESTINATIONS[destination](standIn.url) });
  await eventually(standIn.taken, ({ accepted }) => accepted > 0, 30_000);
  await sleep(limit === undefined ? WARM_UP_SECONDS : BURST_SECONDS);
  const windows: number[] = [];
  const shares = [shareOf(collector.pid), shareOf(standIn.helper.pid)];
  const look = async () => ({ ...(await standIn.taken()), atMs: performance.now() });
  let last = await look();
  while (windows.length < rounds) {
    // Where only a few requests a second are allowed, a longer look is needed for the same precision.
    await sleep(limit === undefined ? 1 : 2);
    const now = await look();
    const isOver = (await collector.waiting()) === 0;
    if (isOver && windows.length > 0) break;
    windows.push(((now.accepted - last.accepted) / (now.atMs - last.atMs)) * 1000);
    last = now;
    if (isOver) break;
  }
  const [collectorShare = 0, standInShare = 0] = shares.map((share) => share());
  const { refused } = await standIn.taken();
  await collector.kill();
  await standIn.helper.end();
  return { windows, refused, collectorShare, standInShare };
}

async function launchStandIn(destination: DestinationName, acceptsAll: boolean) {
  if (!acceptsAll) {
    const helper: Helper<SandboxHello> = await launch('load', 'sandbox.ts');
    return { helper, url: helper.hello.urls[destination], taken: () => helper.ask<Taken>({}) };
  }
  const helper: Helper<{ port: number }> = await launch('load', 'accept-all.ts');
  const taken = async (): Promise<Taken> => {
    const { payloads } = await helper.ask<{ payloads: number }>({});
    return { accepted: payloads, refused: 0 };
  };
  return { helper, url: `http://127.0.0.1:${helper.hello.port}`, taken };
}

/** How much of a core a process uses from now on. */
function shareOf(pid: number): () => number {
  const [before, startedMs] = [readUsage(pid).allMs, performance.now()];
  return () => (readUsage(pid).allMs - before) / (performance.now() - startedMs);
}

const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function figureOf({ what, goal, limit }: Drain, drained: Drained): Figure {
  const perSecond = median(drained.windows);
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return {
    what: `${what}, payloads/s`,
    value: `${whole(perSecond)}/s`,
    ...(goal && { goal: { reached: perSecond, ...goal } }),
    note: [
      ...(limit === undefined ? [] : [`${percent(perSecond / limit)} of the API's own limit of ${limit}/s`]),
      `CPU: collector ${percent(drained.collectorShare)} of a core, stand-in ${percent(drained.standInShare)}`,
      ...(drained.refused > 0 ? [`${whole(drained.refused)} refused with a later time and repeated`] : []),
    ].join(', '),
  };
}

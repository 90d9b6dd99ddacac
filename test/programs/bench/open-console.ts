import { spawnSync } from 'node:child_process';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../support/chromium.ts';
import { audit, type Promised } from './audit.ts';
import { ADMIN_TOKEN, DESTINATIONS, emptied, startCollector } from './collector.ts';
import { enterConsole } from './console-views.ts';
import { type Figure, type Measured, median, medianRatio, ms, ratio } from './figures.ts';
import { isPinned, launch } from './launch.ts';
import type { Load, LoadResult } from './load.ts';
import type { Options } from './options.ts';
import { readUsage } from './usage.ts';

const WARM_UP_SECONDS = 4;
/** A p99 of few requests is one request. */
const LEAST_SECONDS = 5;
const MOST_RATIO = 1.2;
/**
 * Delivered and indexed an event takes about 240 µs of CPU, so one core does some 4,000 a second. Half of that shows what requests
 * wait for; near it p99 is the length of a queue.
 */
const LOADS: readonly {
  name: string;
  load: Pick<Load, 'connections' | 'eventsPerRequest' | 'requestsPerSecond'>;
}[] = [
  { name: 'at full load', load: { connections: 64, eventsPerRequest: 50 } },
  { name: 'at 2,000 events/s', load: { connections: 16, eventsPerRequest: 20, requestsPerSecond: 100 } },
];
const VIEWS = ['overview', 'events'] as const;
/** As often as the overview asks while events come in. */
const RELOAD_MS = 5_000;
/** What the console is while a run lasts: `asked` is a client that asks what both pages ask, and paints nothing. */
const STATES = ['closed', 'asked', 'open'] as const;
type State = (typeof STATES)[number];
type Run = { p99Ms: number; allUs: number };

/** What an open console costs requests that arrive meanwhile: phases with and without it, one after the other. */
export async function measureOpenConsole(
  { rounds, seconds }: Pick<Options, 'rounds' | 'seconds'>,
  dataDir: string,
  say: (line: string) => void,
): Promise<Measured> {
  const generator = await launch('load', 'load.ts');
  const tiktok = await launch<{ port: number }>('load', 'accept-all.ts');
  const destination = DESTINATIONS.tiktok(`http://127.0.0.1:${tiktok.hello.port}`);
  const collector = await startCollector({ dataDir, destination });
  const origin = `http://127.0.0.1:${collector.port}`;
  await using browser = await launchOnLoadCore();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await enterConsole(context, origin, ADMIN_TOKEN, 0);
  const promised: Promised[] = [];
  const runs = LOADS.map(() => ({ closed: [], asked: [], open: [] }) as Record<State, Run[]>);
  for (let round = 0; round <= rounds; round++)
    for (const [index, { name, load }] of LOADS.entries())
      for (const state of STATES) {
        const prefix = `c${round}-${index}-${state}`;
        const { eventsPerRequest } = load;
        const close = await OPEN[state](origin, context);
        const before = readUsage(collector.pid);
        const result = await generator.ask<LoadResult>({
          ...{ path: '/v1/batch', prefix, ...load, port: collector.port },
          seconds: round === 0 ? WARM_UP_SECONDS : Math.max(seconds, LEAST_SECONDS),
          wants: `"accepted":${eventsPerRequest},`,
        });
        const { allMs } = readUsage(collector.pid);
        await close();
        promised.push({ prefix, eventsPerRequest, result });
        await emptied(collector);
        if (round === 0) continue;
        const events = (result.requests - result.unanswered.length) * eventsPerRequest;
        runs[index]?.[state].push({ p99Ms: result.p99Ms, allUs: ((allMs - before.allMs) * 1000) / events });
        say(`round ${round}/${rounds}  ${name}, console ${state.padEnd(6)} p99 ${ms(result.p99Ms)}`);
      }
  await collector.kill();
  await Promise.all([generator, tiktok].map((helper) => helper.end()));
  return {
    figures: LOADS.flatMap(({ name }, index) =>
      (['asked', 'open'] as const).flatMap((state) => figureOf(name, state, runs[index]) ?? []),
    ),
    audit: await audit({ dataDir }, promised),
  };
}

function figureOf(name: string, state: State, runs: Record<State, Run[]> | undefined): Figure | undefined {
  if (!runs) return undefined;
  const of = (which: State, key: keyof Run) => runs[which].map((run) => run[key]);
  const reached = medianRatio(of(state, 'p99Ms'), of('closed', 'p99Ms'));
  const what = state === 'open' ? 'open in Chromium on the load’s core' : 'open, asked by a client';
  return {
    what: `p99 of /v1/batch ${name}, console ${what} ÷ closed`,
    value: ratio(reached),
    goal: { reached, most: MOST_RATIO },
    note:
      `${ms(median(of(state, 'p99Ms')))} ÷ ${ms(median(of('closed', 'p99Ms')))}, CPU ` +
      `${median(of(state, 'allUs')).toFixed(0)} ÷ ${median(of('closed', 'allUs')).toFixed(0)} µs/event`,
  };
}

/** Opens it in one way. @returns how to close it. */
const OPEN: Readonly<
  Record<State, (origin: string, context: BrowserContext) => Promise<() => Promise<void>>>
> = {
  closed: async () => async () => {},
  async asked(origin) {
    const stopping = new AbortController();
    const { signal } = stopping;
    const ask = (path: string) =>
      fetch(`${origin}/admin/${path}`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` }, signal });
    const drain = async (path: string) => {
      for await (const _ of (await ask(path)).body ?? []);
    };
    const asking = VIEWS.map(() => drain('stream?shop=shop').catch(ignoreEnd(signal)));
    const lists = async () => {
      const from = new Date(Date.now() - 3_600_000).toISOString();
      await drain(`overview?shop=shop&from=${from}&step=60`);
      await drain('events?shop=shop&limit=8');
    };
    await lists();
    await drain('events?shop=shop');
    const timer = setInterval(() => void lists().catch(ignoreEnd(signal)), RELOAD_MS);
    return async () => {
      clearInterval(timer);
      stopping.abort();
      await Promise.all(asking);
    };
  },
  async open(origin, context) {
    const pages: Page[] = [];
    for (const view of VIEWS) {
      const page = await context.newPage();
      await page.goto(`${origin}/console/#/${view}`);
      await page.locator('[data-test="live"][data-live="true"]').waitFor();
      pages.push(page);
    }
    return async () => {
      for (const page of pages) await page.close();
    };
  },
};

const ignoreEnd = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error;
};

/** A process has the cores of the one that starts it: Chromium must not borrow the server's. */
async function launchOnLoadCore(): Promise<Browser> {
  const own = (cores: string) => isPinned && spawnSync('taskset', ['-cp', cores, `${process.pid}`]);
  own('1');
  try {
    return await launchChromium();
  } finally {
    own('0,1');
  }
}

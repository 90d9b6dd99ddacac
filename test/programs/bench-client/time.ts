import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../support/chromium.ts';
import { eventually } from '../../support/eventually.ts';
import { type Figure, median, ms, ratio } from '../bench/figures.ts';
import type { Options } from './options.ts';
import { shopPage, snippet } from './pages.ts';
import { CUSTOMERIO, loadPeer, PEERS } from './peers.ts';
import { openScriptShop, type ScriptShop } from './script-shop.ts';
import { readScript } from './scripts.ts';
import { SLOWER } from './slower.ts';

const AFTER_LOAD_MS = 1000;
const MOST_OF_CUSTOMERIO = 0.2;
/** What is put down to the measurement. On a busy machine one and the same script differs from itself by more. */
const MOST_OF_BEFORE = 1.1;
const BARE = 'the page without any';
const OURS = 's.js';
const BEFORE = 's.js before';
/** What no script can do without that is loaded and sends something. */
const LEAST = 'one beacon, nothing else';

/** What the main thread spent in tasks. */
interface Spent {
  /** On the processor, which other programs on this machine change little. */
  processorMs: number;
  /** With what it waited for, and with what other programs took. */
  clockMs: number;
}

/**
 * How long each script keeps the main thread busy on one and the same page: all tasks from the navigation to a second
 * after `load`, and until its page view has arrived, less what the page costs without any script. Each visitor is new:
 * nothing is cached or compiled yet.
 */
export async function measureTime({
  rounds,
  homes,
  before,
  sabotage,
}: Pick<Options, 'rounds' | 'homes' | 'before' | 'sabotage'>): Promise<Figure[]> {
  const shop = await openScriptShop();
  const browser = await launchChromium();
  try {
    shop.put('/s.js', readScript('s.js', sabotage), 'js');
    if (before) shop.put('/before/s.js', readFileSync(before), 'js');
    shop.put('/least.js', 'navigator.sendBeacon("/v1/b",location.href)', 'js');
    const heads: Record<string, string> = {
      [BARE]: '',
      [LEAST]: '<script async src="/least.js"></script>',
      [OURS]: snippet(),
      ...(before && { [BEFORE]: snippet('', '/before/s.js') }),
      ...(await putPeers(shop, homes)),
    };
    const spent = await takeTurns(Object.keys(heads), rounds, (name) => {
      shop.put('/', shopPage(heads[name] ?? ''));
      return visit(browser, shop, name !== BARE);
    });
    return figuresOf(spent);
  } finally {
    await browser.close();
    await shop.close();
  }
}

/** Puts up the scripts of those that can be timed, and what they ask for. @returns by name, how a page loads each. */
async function putPeers(shop: ScriptShop, homes: readonly string[]): Promise<Record<string, string>> {
  const heads: Record<string, string> = {};
  for (const peer of PEERS) {
    const loaded = await loadPeer(peer, homes);
    if (!loaded?.head) continue;
    const src = `/${peer.name}.js`;
    shop.put(src, loaded.code, 'js');
    heads[peer.name] = loaded.head(src, shop.origin);
    if (loaded.integration === undefined) continue;
    const target = { apiKey: 'shop-1', apiHost: `${new URL(shop.origin).host}/v1`, protocol: 'http' };
    const settings = JSON.stringify({ integrations: { [loaded.integration]: target } });
    shop.put(`/${peer.name}/v1/projects/shop-1/settings`, settings, 'json');
  }
  return heads;
}

/** All of them in each round, each round begun by another. A first round is not counted: it warms the browser up. */
async function takeTurns(
  names: readonly string[],
  rounds: number,
  measure: (name: string) => Promise<Spent>,
): Promise<Map<string, Spent[]>> {
  const spent = new Map(names.map((name) => [name, [] as Spent[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const [turn] of names.entries()) {
      const name = names[(round + turn) % names.length] ?? '';
      const visited = await measure(name);
      if (round > 0) spent.get(name)?.push(visited);
    }
  }
  return spent;
}

/** One new visitor's page view. */
async function visit(browser: Browser, shop: ScriptShop, isReported: boolean): Promise<Spent> {
  const visitor = await browser.newContext();
  const page = await visitor.newPage();
  const [processor, clock] = [await openMeter(page, 'threadTicks'), await openMeter(page, 'timeTicks')];
  const read = async () => ({ processorMs: await processor(), clockMs: await clock() });
  const { posts } = shop;
  const before = await read();
  await page.goto(shop.origin);
  await delay(AFTER_LOAD_MS);
  if (isReported)
    await eventually(
      () => shop.posts,
      (now) => now > posts,
    );
  const after = await read();
  await visitor.close();
  return minus(after, before);
}

/** Each session of the protocol has a clock of its own. */
async function openMeter(
  page: Page,
  timeDomain: 'timeTicks' | 'threadTicks',
): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
  };
}

const minus = (a: Spent, b: Spent): Spent => ({
  processorMs: a.processorMs - b.processorMs,
  clockMs: a.clockMs - b.clockMs,
});

const medians = (visits: readonly Spent[] = []): Spent => ({
  processorMs: median(visits.map(({ processorMs }) => processorMs)),
  clockMs: median(visits.map(({ clockMs }) => clockMs)),
});

function figuresOf(spent: ReadonlyMap<string, Spent[]>): Figure[] {
  const bare = medians(spent.get(BARE));
  const own = new Map([...spent].map(([name, visits]) => [name, minus(medians(visits), bare)]));
  own.set(BARE, bare);
  const divide = (unit: keyof Spent, by: string) =>
    (own.get(OURS)?.[unit] ?? Number.NaN) / (own.get(by)?.[unit] ?? Number.NaN);
  const share = (by: string, most: number): Figure => ({
    what: `${OURS} ÷ ${by}`,
    value: ratio(divide('processorMs', by)),
    goal: { reached: divide('processorMs', by), most },
    note: `by the clock ${ratio(divide('clockMs', by))}`,
  });
  return [
    ...[...own].map(([what, { processorMs, clockMs }]) => ({
      what,
      value: ms(processorMs * SLOWER),
      note: `${SLOWER} × ${ms(processorMs)} on the processor; by the clock ${ms(clockMs)}`,
    })),
    share(CUSTOMERIO.name, MOST_OF_CUSTOMERIO),
    ...(own.has(BEFORE) ? [share(BEFORE, MOST_OF_BEFORE)] : []),
  ];
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../support/chromium.ts';
import { eventually } from '../../support/eventually.ts';
import { type Figure, ms } from '../bench/figures.ts';
import type { Options } from './options.ts';
import { dataLayerScript, productList, pushingScript, shopPage, snippet } from './pages.ts';
import { openScriptShop, type ScriptShop } from './script-shop.ts';
import { readScript, scriptNames } from './scripts.ts';
import { isLongByUs, type OwnTask, ownTasks, TRACED, type TraceEvent } from './trace.ts';

/** What slows the machine down for a moment is not ours: the visit with the fewest long tasks counts. */
const VISITS = 3;
/** Long enough for what looks at the page twice a second. */
const STAY_MS = 1600;

/** Pages a shop may have, by what is heavy on them. */
const PAGES: Record<string, { head: string; body?: string }> = {
  'a plain page': { head: snippet() },
  'a list of 50 products in JSON-LD': { head: snippet() + productList(50) },
  'a data layer of 5 MB': {
    head: `<script src="/data.js"></script>${snippet(' data-captures="pages data-layer data-attributes"')}`,
    // What it pushes runs through whatever has taken the place of the data layer's own `push`.
    body: '<script async src="/pushes.js"></script>',
  },
};
export const PLAIN = 'a plain page';

/**
 * Long tasks that are ours: while a page loads, while a visitor is there and clicks, and as they leave.
 *
 * @param names of the pages; all when left out.
 */
export async function measureTasks(
  { sabotage }: Pick<Options, 'sabotage'>,
  names: readonly string[] = Object.keys(PAGES),
): Promise<Figure[]> {
  const shop = await openScriptShop();
  const browser = await launchChromium();
  try {
    for (const name of scriptNames()) shop.put(`/${name}`, readScript(name, sabotage), 'js');
    shop.put('/data.js', dataLayerScript(5_000_000), 'js');
    shop.put('/pushes.js', pushingScript(), 'js');
    shop.put('/elsewhere', shopPage(''));
    const figures: Figure[] = [];
    for (const name of names) figures.push(figureOf(name, await visitSeveralTimes(browser, shop, name)));
    return figures;
  } finally {
    await browser.close();
    await shop.close();
  }
}

async function visitSeveralTimes(browser: Browser, shop: ScriptShop, name: string): Promise<OwnTask[]> {
  const { head = '', body = '' } = PAGES[name] ?? {};
  shop.put('/', shopPage(head, `<button data-sb-event="Chat Opened">Chat</button>${body}`));
  const visits: OwnTask[][] = [];
  while (visits.length < VISITS) visits.push(await visit(browser, shop));
  const longs = (tasks: readonly OwnTask[]) => tasks.filter(isLongByUs).length;
  return visits.reduce((best, tasks) => (longs(tasks) < longs(best) ? tasks : best));
}

async function visit(browser: Browser, shop: ScriptShop): Promise<OwnTask[]> {
  const visitor = await browser.newContext();
  const page = await visitor.newPage();
  await browser.startTracing(page, { categories: TRACED });
  const { posts } = shop;
  await page.goto(shop.origin);
  await eventually(
    () => shop.posts,
    (now) => now > posts,
  );
  await page.click('button');
  await delay(STAY_MS);
  await page.goto(`${shop.origin}/elsewhere`);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  await visitor.close();
  const ours = new Set([...scriptNames(), 'pushes.js'].map((script) => `${shop.origin}/${script}`));
  const tasks = ownTasks(traceEvents, (url) => ours.has(url));
  if (tasks.length === 0) throw new Error('the trace names no script of ours: it measures nothing');
  return tasks;
}

function figureOf(name: string, tasks: readonly OwnTask[]): Figure {
  const long = tasks.filter(isLongByUs);
  const longest = tasks.reduce((most, task) => (task.ownMs > most.ownMs ? task : most));
  return {
    what: `long tasks of ours on ${name}`,
    value: String(long.length),
    goal: { reached: long.length, most: 0 },
    note: `${tasks.length} tasks with code of ours, at most ${ms(longest.ownMs)} in a task of ${ms(longest.taskMs)}`,
  };
}

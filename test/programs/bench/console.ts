import { constants, copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { launchChromium } from '../../support/chromium.ts';
import { optionsOrExit, usageRow } from '../../support/options.ts';
import { startProgress } from '../../support/progress.ts';
import { shiftedClockArguments } from '../../support/shifted-clock.ts';
import { ADMIN_TOKEN, type Collector, DESTINATIONS, startCollector } from './collector.ts';
import { enterConsole, openView, type Shown } from './console-views.ts';
import { type Figure, layOut, median } from './figures.ts';
import { BUSY_CUSTOMER, fillStore, KEPT_DAYS, visitorOf } from './fill-search.ts';
import { launch } from './launch.ts';

/**
 * How soon each view of the console shows its data on a store of a million events: a real browser, a real collector, on this
 * machine. Exits with 1 when a view's median takes a second or more.
 */
const USAGE = [
  'node test/programs/bench/console.ts [--data DIR] [--rounds N]\n\n',
  usageRow(
    '--data DIR',
    'a store that search.ts filled, or where to fill one (/tmp/storebeacon-search); it is copied',
  ),
  usageRow('--events N', 'whole thousands, where it is filled (1000000)'),
  usageRow('--rounds N', 'how often each view is opened (5)'),
  usageRow('--only TEXT', 'only views whose address begins so'),
].join('');
const MOST_MS = 1_000;
const READY_MS = 20 * 60_000;
const DAY_MS = 86_400_000;

const options = optionsOrExit(USAGE, (args) => {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string', default: '/tmp/storebeacon-search' },
      events: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  const [events, rounds] = [Number(values.events), Number(values.rounds)];
  if (!(events >= 1000 && events % 1000 === 0)) throw new Error('--events must be whole thousands');
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds must be a whole number from 1 on');
  return values.help ? 'help' : { data: values.data, events, rounds, only: values.only };
});
const progress = startProgress();
progress.doing(() => 'filling the store');
await fillStore(options.data, options.events);
const dataDir = mkdtempSync(join(tmpdir(), 'storebeacon-console-'));
process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
progress.doing(() => 'copying the store');
copyStore(options.data, dataDir);
progress.doing(() => 'starting');
const { endMs, count } = lastOf(dataDir);
const shiftMs = endMs - Date.now();
const away = await launch<{ port: number }>('load', 'accept-all.ts');
const origin = `http://127.0.0.1:${away.hello.port}`;
const collector = await startCollector({
  dataDir,
  destination: {
    ...Object.assign({}, ...Object.values(DESTINATIONS).map((variablesOf) => variablesOf(origin))),
    ...{ RETENTION_DAYS: `${KEPT_DAYS}`, HISTORY_DAYS: `${KEPT_DAYS}` },
  },
  args: shiftedClockArguments(shiftMs),
});
await ready(collector);
process.exitCode = (await measure()) ? 0 : 1;
await collector.kill();
await away.end();
progress.stop();

/** True when each view showed its data in time. */
async function measure(): Promise<boolean> {
  const address = `http://127.0.0.1:${collector.port}`;
  const views = (await viewsOf(collector)).filter((view) => view.startsWith(options.only));
  await using browser = await launchChromium();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await enterConsole(context, address, ADMIN_TOKEN, shiftMs);
  const shown = new Map<string, Shown[]>(views.map((view) => [view, []]));
  for (let round = 0; round < options.rounds; round++) {
    progress.doing(() => `round ${round + 1} of ${options.rounds}`);
    for (const [view, times] of shown) {
      const time = await openView(context, address, view);
      times.push(time);
      progress.say(`  ${view}: ${Math.round(time.dataMs)} ms`);
    }
  }
  const figures = [...shown].map(([view, times]) => figureOf(view, times));
  progress.say(
    `\n${count.toLocaleString('en')} events; ${options.rounds} rounds, the first on a cold cache\n`,
  );
  progress.say(layOut(figures));
  const slow = figures.filter(({ goal }) => goal && goal.reached >= MOST_MS);
  progress.say(`console: ${figures.length - slow.length} of ${figures.length} views within ${MOST_MS} ms`);
  return slow.length === 0;
}

function figureOf(view: string, times: readonly Shown[]): Figure {
  const dataMs = median(times.map((time) => time.dataMs));
  const slowest = times.toSorted((a, b) => a.slowest.ms - b.slowest.ms)[Math.floor(times.length / 2)]
    ?.slowest;
  return {
    what: view,
    value: `data ${Math.round(dataMs)} ms`,
    goal: { reached: Math.round(dataMs), most: MOST_MS },
    note: [
      `first ${Math.round(times[0]?.dataMs ?? 0)} ms`,
      `most ${Math.round(Math.max(...times.map((time) => time.dataMs)))} ms`,
      `paint ${Math.round(median(times.map((time) => time.paintMs)))} ms`,
      ...(slowest ? [`${Math.round(slowest.ms)} ms ${slowest.path.split('?')[0]}`] : []),
    ].join(', '),
  };
}

/** Every view, and those with the filters that have most to read. */
async function viewsOf({ admin }: Collector): Promise<string[]> {
  const { orders } = await admin<{ orders: { id: string }[] }>('orders?limit=1');
  const { events } = await admin<{ events: { messageId: string }[] }>('events?limit=1&name=Product+Added');
  const [order = '', event = ''] = [orders[0]?.id, events[0]?.messageId].map((id) =>
    encodeURIComponent(id ?? ''),
  );
  const day = new Date(endMs - DAY_MS).toISOString().slice(0, 10);
  const hour = new Date(endMs - 3_600_000).toISOString();
  return [
    ...['1h', '24h', '7d', '30d'].map((range) => `overview?range=${range}`),
    ...[
      'orders',
      'orders?outcome=skipped',
      'orders?q=order-100',
      `orders/${order}`,
      `reconciliation?day=${day}`,
    ],
    ...['events', 'events?q=order-100', 'events?outcome=skipped&reason=consent', 'events?outcome=waiting'],
    ...['events?outcome=dead&destination=tiktok', 'events?name=Order+Completed', 'events?source=server'],
    ...[`events?from=${hour}`, `events?visitor=${visitorOf(1_000)}`, `events/${event}`],
    ...['problems', 'match', 'match?days=30', 'statistics', 'visitors', `visitors/${visitorOf(1_000)}`],
    ...[`visitors/${BUSY_CUSTOMER}`, 'alerts', 'setup', 'audit'],
  ];
}

/** A clone where the file system can make one. The store may be in no use. */
function copyStore(from: string, to: string): void {
  const files = readdirSync(from).filter((name) => /^(store|search)\.(db|mark)/.test(name));
  for (const name of files) copyFileSync(join(from, name), join(to, name), constants.COPYFILE_FICLONE);
}

function lastOf(directory: string): { endMs: number; count: number } {
  const store = new DatabaseSync(join(directory, 'store.db'));
  const row = store
    .prepare('SELECT received_at AS endMs, seq AS count FROM events ORDER BY seq DESC LIMIT 1')
    .get();
  store.close();
  return row as { endMs: number; count: number };
}

/** All is indexed, and counted: a copy of a store that no collector ran on begins its statistics anew. */
async function ready({ admin }: Collector): Promise<void> {
  const deadlineMs = performance.now() + READY_MS;
  for (;;) {
    const { indexedUntil } = await admin<{ indexedUntil: { lag: number } }>('events?limit=1');
    const { statistics } = await admin<{ statistics: { waiting: number }[] }>('status');
    const waiting = statistics.reduce((sum, one) => sum + one.waiting, 0);
    if (indexedUntil.lag === 0 && waiting === 0) return;
    if (performance.now() > deadlineMs) throw new Error('the collector still indexes or counts');
    progress.doing(() => `${indexedUntil.lag} events to be indexed, ${waiting} to be counted`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NO_BACKPRESSURE } from '../../../server/lib/yield-to-ingest.ts';
import { openLog } from '../../../server/store/open.ts';
import type { Search } from '../../../server/store/search.ts';
import { openSqliteSearch } from '../../../server/store/sqlite/search/engine.ts';
import { optionsOrExit, usageRow } from '../../support/options.ts';
import {
  BUSY_CUSTOMER,
  CONSUMERS,
  endOf,
  fillStore,
  KEPT_DAYS,
  START_MS,
  visitorOf,
  visitorsOf,
} from './fill-search.ts';

/**
 * Fills a store with a month of a shop's events, delivered to three destinations, builds its search and prints what that costs
 * and how long each question takes on a file that was just opened.
 */
const USAGE = [
  'node test/programs/bench/search.ts [--data DIR] [--events N]\n\n',
  usageRow('--data DIR', 'where the store is, filled when it is not there (/tmp/storebeacon-search)'),
  usageRow('--events N', 'whole thousands (1000000)'),
].join('');
const { dataDir, events } = optionsOrExit(USAGE, (args) => {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string', default: '/tmp/storebeacon-search' },
      events: { type: 'string', default: '1000000' },
      help: { type: 'boolean', default: false },
    },
  });
  const count = Number(values.events);
  if (!(count >= 1000 && count % 1000 === 0)) throw new Error('--events must be whole thousands');
  return values.help ? 'help' : { dataDir: values.data, events: count };
});
const DAY_MS = 86_400_000;

await fillStore(dataDir, events);
const log = await openLog({
  ...{ dataDir, consumers: CONSUMERS, clock: () => START_MS },
  ...{ retentionMs: KEPT_DAYS * DAY_MS, historyMs: KEPT_DAYS * DAY_MS },
});
await build();
await ask();
await log.close();

function openSearch() {
  return openSqliteSearch({
    ...{ dataDir, consumers: CONSUMERS, yieldToIngest: NO_BACKPRESSURE },
    watch: { rebuilding: (reason) => console.log(`building: ${reason}`), failed: console.error },
  });
}

async function build(): Promise<void> {
  const search = openSearch();
  const before = await search.indexedUntil();
  const startedAtMs = performance.now();
  const cpu = process.cpuUsage();
  let historyId = -1;
  for (;;) {
    const until = await search.indexedUntil();
    if (until.lag === 0 && until.historyId === historyId) break;
    historyId = until.historyId;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const { user, system } = process.cpuUsage(cpu);
  const added = (await search.indexedUntil()).seq - before.seq;
  const closingAtMs = performance.now();
  await search.close();
  const seconds = (performance.now() - startedAtMs) / 1000;
  const size = statSync(join(dataDir, 'search.db')).size;
  console.log(
    `${added} events indexed in ${seconds.toFixed(1)} s, ${((user + system) / Math.max(added, 1)).toFixed(1)} µs of CPU each ` +
      `(3 destinations), ${Math.round(size / 1e6)} MB, closed in ${Math.round(performance.now() - closingAtMs)} ms`,
  );
}

/** Each question on a file that was just opened, then again. */
async function ask(): Promise<void> {
  const [first] = await log.history({ limit: 1 });
  console.log(`last request ${first?.id}`);
  const endMs = endOf(events);
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const middle = Math.floor(visitorsOf(events) / 2);
  const questions: Record<string, (search: Search) => Promise<unknown>> = {
    newest: (search) => search.events({ limit: 50 }),
    visitor: (search) => search.events({ limit: 50, anonymousId: visitorOf(middle) }),
    'visitor that there is not': (search) => search.events({ limit: 50, anonymousId: visitorOf(events) }),
    user: (search) => search.events({ limit: 50, userId: `customer-${middle - (middle % 3)}` }),
    'person with a few events': (search) => search.person('shop', { ids: [visitorOf(middle)] }),
    'person with one event in 200': (search) => search.person('shop', { ids: [BUSY_CUSTOMER] }),
    message: (search) => search.event('shop', 'viewed-1000'),
    'order name': (search) => search.events({ limit: 50, order: 'order-100' }),
    'what somebody typed': (search) => search.events({ limit: 50, text: 'order-100' }),
    name: (search) => search.events({ limit: 50, name: 'Order Completed' }),
    'name and a day': (search) =>
      search.events({
        limit: 50,
        name: 'Product Added',
        fromMs: endMs - 10 * DAY_MS,
        toMs: endMs - 9 * DAY_MS,
      }),
    'dead at one': (search) =>
      search.events({
        limit: 50,
        consumers: ['tiktok@shop'],
        states: ['dead'],
      }),
    'skipped for consent': (search) => search.events({ limit: 50, states: ['skipped'], reason: 'consent' }),
    'delivered orders': (search) =>
      search.events({
        limit: 50,
        name: 'Order Completed',
        states: ['delivered'],
      }),
    'waiting (none)': (search) => search.events({ limit: 50, states: ['waiting'] }),
    'never settled (one page of a long scan)': (search) => search.events({ limit: 50, states: ['none'] }),
    'server (none)': (search) => search.events({ limit: 50, source: 'server' }),
    orders: (search) => search.orders({ limit: 50 }),
    'orders skipped': (search) => search.orders({ limit: 50, state: 'skipped' }),
    'one order': (search) => search.order('shop', 'order-100'),
    'orders of a day': (search) => search.orderDay('shop', day(endMs - 3 * DAY_MS), 'Asia/Taipei'),
    groups: (search) => search.groups({}),
    'select dead': (search) => search.select({ consumers: ['tiktok@shop'], states: ['dead'] }, 500),
    '15 minutes': (search) => search.series({ fromMs: endMs - 15 * 60_000, toMs: endMs, stepMs: 60_000 }),
    '24 hours by 5 minutes': (search) =>
      search.series({ fromMs: endMs - DAY_MS, toMs: endMs, stepMs: 300_000 }),
    '30 days by hour': (search) =>
      search.series({ fromMs: endMs - 30 * DAY_MS, toMs: endMs, stepMs: 3_600_000 }),
    'match quality': (search) =>
      search.matchQuality({ shop: 'shop', fromDay: day(START_MS), toDay: day(endMs) }),
  };
  for (const [what, question] of Object.entries(questions)) {
    const search = openSearch();
    await search.indexedUntil();
    const times: number[] = [];
    let found: unknown;
    const cpu = process.cpuUsage();
    for (let run = 0; run < 3; run++) {
      const startedAtMs = performance.now();
      found = await question(search);
      times.push(performance.now() - startedAtMs);
    }
    const { user, system } = process.cpuUsage(cpu);
    await search.close();
    const each = ((user + system) / 1000 / times.length).toFixed(1);
    console.log(
      `${what}: ${times.map((ms) => ms.toFixed(1)).join(', ')} ms (${each} ms of CPU), ${sizeOf(found)}`,
    );
  }
}

function sizeOf(found: unknown): string {
  if (Array.isArray(found)) return `${found.length}`;
  const list = Object.values(found ?? {}).find(Array.isArray);
  return list ? `${list.length} found` : 'one found';
}

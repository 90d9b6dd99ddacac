import { createRefusals, type Refusals } from '../../../server/delivery/refusals.ts';
import { createCountKeeper } from '../../../server/operator/watchdog/counted-hours.ts';
import type { Incident } from '../../../server/operator/watchdog/kept.ts';
import { createWatchdog, type Watchdog } from '../../../server/operator/watchdog/watchdog.ts';
import type { HourlyCount } from '../../../server/store/hourly-counts.ts';
import { inEnglish } from '../../../shared/advice/notice.ts';
import { createData, epochMs, HISTORY_HOURS, MONTH_HOURS, monthHour } from './data.ts';
import { createDice } from './dice.ts';
import { PLANTED, type Planted, plantedAt } from './planted.ts';
import { SHOPS } from './shops.ts';
import { DESTINATIONS } from './traffic.ts';

/** One message that the watchdog had posted. */
export interface Posted {
  incident: Incident;
  atMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Live rules look every minute; in the simulated month every ten. */
const STEP_MS = 10 * MINUTE_MS;
/** The collector is restarted in between; incidents must survive that. */
const RESTARTS = new Set(
  [4.3, 7.2, 13.6, 15.1, 23.8, 26.9].map((day) => Math.floor((day * DAY_MS) / STEP_MS) * STEP_MS),
);

/** Lets a watchdog look at a simulated month. @returns every message, in order. */
export async function simulateMonth(seed: number): Promise<Posted[]> {
  const data = createData(seed);
  const dice = createDice(seed * 7 + 3);
  const posted: Posted[] = [];
  const counts = new Map<string, { name: string; labels: Record<string, string>; value: number }>();
  const facts = new Map<string, string>();
  let nowMs = epochMs(-HISTORY_HOURS);
  let ids = 0;
  const hour = () => monthHour(nowMs);
  const isPlanted = (rule: Planted['rule'], place: { shop?: string; destination?: string } = {}) =>
    plantedAt(rule, hour(), place);

  const refusals = new Map<string, Refusals>();
  const refusalsOf = (shop: string, destination: string): Refusals => {
    const key = `${destination}@${shop}`;
    const found = refusals.get(key) ?? createRefusals(() => nowMs);
    refusals.set(key, found);
    return found;
  };
  /** One event after the other, the dead letters evenly among them. */
  const settleHour = (of: Refusals, { delivered, dead }: { delivered: number; dead: number }) => {
    const share = dead / (delivered + dead);
    for (let nth = 0; nth < delivered + dead; nth++) {
      if (Math.floor((nth + 1) * share) > Math.floor(nth * share)) of.refused();
      else of.delivered();
    }
  };

  const hourly = new Map<string, HourlyCount>();
  const begin = () => {
    const keepCounts = createCountKeeper(
      {
        async addCounts(added) {
          for (const one of added) {
            const key = `${one.what} ${one.hour} ${one.shop}`;
            hourly.set(key, { ...one, count: one.count + (hourly.get(key)?.count ?? 0) });
          }
        },
      },
      { snapshot: () => [...counts.values()] as never },
    );
    return { keepCounts, watchdog: start() };
  };
  const start = (): Watchdog =>
    createWatchdog({
      shops: SHOPS.map(({ id }) => ({ id, ordersFrom: 'platform' })),
      workers: SHOPS.flatMap(({ id: shop }) =>
        DESTINATIONS.map((name) => ({
          ...{ consumer: `${name}@${shop}`, shop, destination: { name } },
          // A probe is refused now and then, and the next one is accepted.
          state: async () => ({
            breaker: isPlanted('token-refused', { shop, destination: name }) ? 'paused' : 'closed',
            ...refusalsOf(shop, name).state(),
          }),
        })),
      ),
      log: {
        async depth(consumer) {
          const [destination = '', shop = ''] = consumer.split('@');
          const waits = isPlanted('oldest-event-waits', { shop, destination });
          const ageMs = waits ? nowMs - epochMs(waits.fromHour) : dice.poisson(20) * 1000;
          return { waiting: 5, deadLetters: 0, oldestAgeMs: ageMs };
        },
        async unconfirmedOrders(shop, sinceMs) {
          const silent = isPlanted('webhooks-silent', { shop });
          if (!silent) return { evidence: dice.poisson(1), hasOrder: true };
          const from = Math.max(monthHour(sinceMs), silent.fromHour);
          return { evidence: 20 * (hour() - from), hasOrder: monthHour(sinceMs) < silent.fromHour };
        },
        readFact: async (name) => facts.get(name),
        async writeFact(name, value) {
          facts.set(name, value);
          return true;
        },
        counts: async (what, fromHour) =>
          [...hourly.values()].filter((one) => what.includes(one.what) && one.hour >= fromHour),
      },
      search: {
        series: data.series,
        matchQuality: async ({ shop, fromDay }) => data.matchQuality(shop, fromDay, nowMs),
        indexedUntil: async () => ({ seq: 1, lag: 0, historyId: 1 }),
      },
      tokens: () => [
        {
          ...{ shop: 'large', destination: 'shopline', variable: 'SHOPLINE_ACCESS_TOKEN' },
          expiresAtMs: isPlanted('token-expires', { shop: 'large', destination: 'shopline' })
            ? nowMs + 3 * DAY_MS
            : nowMs + 90 * DAY_MS,
        },
      ],
      clockOffsets: {
        read: () => ({ answersMs: isPlanted('clock-off') ? 95_000 : 300 * dice.poisson(2) }),
      },
      readDisk: async () => ({
        totalBytes: 100e9,
        freeBytes: (isPlanted('disk-nearly-full') ? 4.5e9 : 20e9) * dice.around(0.05),
      }),
      counters: { count: () => {} },
      clock: { now: () => nowMs },
      logger: { info: () => {}, warn: () => {}, error: () => {} },
      newId: () => `alert_${++ids}`,
      startOutbox: () => ({
        add: (incidents) => posted.push(...incidents.map((incident) => ({ incident, atMs: nowMs }))),
        pending: () => [],
        stop: async () => {},
      }),
    });

  const count = (name: string, labels: Record<string, string>, by: number) => {
    const key = JSON.stringify([name, labels]);
    const row = counts.get(key) ?? { name, labels, value: 0 };
    counts.set(key, { ...row, value: row.value + by });
  };
  const countHour = (): void => {
    for (const { id: shop } of SHOPS) {
      const found = data.at(shop, hour());
      if (!found) continue;
      count(
        'messages_accepted',
        { shop },
        Object.values(found.names).reduce((sum, each) => sum + each, 0),
      );
      count('messages_rejected', { shop, code: 'missing' }, found.rejected);
      count('fields_coerced', { shop, field: 'properties.total' }, found.coerced);
      count('evidence_closed', { shop, outcome: 'unconfirmed-order' }, found.unconfirmed);
      count('orders_provisional', { shop }, found.provisional);
      for (const [destination, { delivered, dead }] of Object.entries(found.deliveries)) {
        settleHour(refusalsOf(shop, destination), { delivered, dead });
      }
    }
  };

  let { keepCounts, watchdog } = begin();
  for (; nowMs < epochMs(MONTH_HOURS); nowMs += STEP_MS) {
    if (nowMs % HOUR_MS === 5 * STEP_MS) countHour();
    if (RESTARTS.has(nowMs - epochMs(0))) {
      await watchdog.stop();
      counts.clear();
      refusals.clear();
      ({ keepCounts, watchdog } = begin());
    }
    await keepCounts(nowMs);
    await watchdog.claimed({ job: 'watchdog', fence: 0 });
    await watchdog.check();
  }
  return posted;
}

/** What became of one planted incident. */
export interface Judged {
  planted: Planted;
  foundAfterHours?: number;
  endedAfterHours?: number;
  /** Messages about it: two, or one where the month is over before it ends. */
  messages: number;
  /** What it says. */
  means?: string;
}

/** Compares what was posted with what was planted. */
export function evaluateMonth(posted: readonly Posted[]): { judged: Judged[]; falseAlarms: Posted[] } {
  const belongs = ({ incident, atMs }: Posted, one: Planted) =>
    incident.rule === one.rule &&
    incident.shop === one.shop &&
    incident.destination === one.destination &&
    monthHour(incident.openedAtMs) >= one.fromHour &&
    monthHour(incident.openedAtMs) < one.fromHour + one.hours + 2 &&
    atMs >= epochMs(one.fromHour);
  const judged = PLANTED.map((planted): Judged => {
    const about = posted.filter((message) => belongs(message, planted));
    const opened = about.find(({ incident }) => incident.endedAtMs === undefined);
    const ended = about.find(({ incident }) => incident.endedAtMs !== undefined);
    const hoursSince = (ms: number, hour: number) => Math.round(((ms - epochMs(hour)) / HOUR_MS) * 10) / 10;
    return {
      ...{ planted, messages: about.length },
      ...(opened && {
        foundAfterHours: hoursSince(opened.atMs, planted.fromHour),
        means: inEnglish(opened.incident).means,
      }),
      ...(ended && { endedAfterHours: hoursSince(ended.atMs, planted.fromHour + planted.hours) }),
    };
  });
  const falseAlarms = posted.filter(
    (message) => message.incident.endedAtMs === undefined && !PLANTED.some((one) => belongs(message, one)),
  );
  return { judged, falseAlarms };
}

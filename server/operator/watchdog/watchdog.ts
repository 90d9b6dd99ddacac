import { inEnglish } from '../../../shared/advice/notice.ts';
import type { Alert } from '../../../shared/operator-api/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Counters } from '../../observe/counters.ts';
import type { Logger } from '../../observe/log.ts';
import type { Search } from '../../store/search.ts';
import type { Store } from '../../store/store.ts';
import { createCountedHours } from './counted-hours.ts';
import type { Finding } from './finding.ts';
import { createGather, type Figured, type GatherParts } from './gather.ts';
import { hourOf } from './hours.ts';
import { type Changes, createIncidents } from './incidents.ts';
import { type Incident, type Pending, readKept, writeKept } from './kept.ts';
import { toAlert } from './message.ts';
import type { Outbox } from './outbox.ts';
import { createRecent } from './recent.ts';
import { findHourly, HOURLY_RULES } from './rules/hourly.ts';
import { findLive, LIVE_RULES } from './rules/live.ts';
import { LOG_LINES } from './rules/log-lines.ts';

export interface WatchdogParts extends Omit<GatherParts, 'log'> {
  log: GatherParts['log'] & Pick<Store, 'readFact' | 'writeFact'>;
  search: Figured & Pick<Search, 'indexedUntil'>;
  counters: Pick<Counters, 'snapshot' | 'count'>;
  clock: Pick<Clock, 'now'>;
  logger: Logger;
  newId: () => string;
  /** Posts what opened and ended; absent without `ALERT_WEBHOOK_URL`. `onChange` is to be called when less is pending. */
  startOutbox?: (pending: readonly Pending[], onChange: () => void) => Outbox;
}

export interface Watchdog {
  /** Looks once; to be called every minute. Never called again before it is done. @throws what the store throws. */
  check(): Promise<void>;
  /** Open ones, the newest first; then those that ended in the last two weeks. */
  alerts(): Alert[];
  open(): readonly Incident[];
  stop(): Promise<void>;
}

/** The hour has ended so long ago that the index has its last events. */
const SETTLE_MS = 3 * 60_000;
/** With more to index, the hours are not complete. */
const MOST_LAG = 5_000;
const live = new Set(LIVE_RULES);
const hourly = new Set(HOURLY_RULES);

/** Finds incidents, logs each, and has it posted, once when it opens and once when it ends. */
export async function createWatchdog(parts: WatchdogParts): Promise<Watchdog> {
  const { log, search, counters, clock, logger, shops, newId, startOutbox } = parts;
  const kept = await readKept(log);
  const incidents = createIncidents(kept, clock.now(), newId);
  const counted = createCountedHours(kept.hours);
  const recent = createRecent();
  const gather = createGather(parts, counted, recent);
  let isChanged = false;
  const outbox = startOutbox?.(kept.pending, () => {
    isChanged = true;
  });
  /** The first hour that was not over at the last look. */
  let lookedToHour = hourOf(clock.now() - SETTLE_MS);

  function report({ opened, ended }: Changes): void {
    for (const incident of opened) {
      const line = LOG_LINES[incident.rule];
      counters.count('alerts_opened', { rule: incident.rule });
      if (line !== undefined) logger.warn(factsOf(incident), line);
    }
    for (const incident of ended) logger.info(factsOf(incident), 'alert ended');
    outbox?.add([...opened, ...ended]);
    isChanged ||= opened.length + ended.length > 0;
  }

  async function lookHourly(nowMs: number): Promise<void> {
    const toHour = hourOf(nowMs - SETTLE_MS);
    if (toHour <= lookedToHour) return;
    const { lag } = await search.indexedUntil();
    if (lag > MOST_LAG) return;
    const findings: Finding[] = [];
    for (const { id } of shops) {
      const figures = await gather.figures(search, id, toHour);
      findings.push(...findHourly(figures, toHour, incidents.history));
    }
    lookedToHour = toHour;
    isChanged = true;
    report(incidents.update(findings, hourly, nowMs));
  }

  async function keep(nowMs: number): Promise<void> {
    if (!isChanged) return;
    isChanged = false;
    const ids = shops.map(({ id }) => id);
    await writeKept(log, {
      open: incidents.open(),
      ended: [...incidents.ended()],
      pending: [...(outbox?.pending() ?? [])],
      hours: counted.keep(ids, nowMs),
    });
  }

  return {
    async check() {
      const nowMs = clock.now();
      const rows = counters.snapshot();
      counted.sample(rows, nowMs);
      recent.sample(rows, nowMs);
      const state = await gather.state(nowMs);
      const findings = findLive(state, (subject) => incidents.find(subject) !== undefined);
      report(incidents.update(findings, live, nowMs));
      try {
        await lookHourly(nowMs);
      } finally {
        await keep(nowMs);
      }
    },
    alerts: () =>
      [...incidents.open().toSorted((a, b) => b.openedAtMs - a.openedAtMs), ...incidents.ended()].map(
        toAlert,
      ),
    open: incidents.open,
    async stop() {
      await outbox?.stop();
      isChanged = true;
      await keep(clock.now());
    },
  };
}

function factsOf(incident: Incident): object {
  const { id, rule, severity, shop, destination, values } = incident;
  return { alert: id, rule, severity, shop, destination, means: inEnglish(incident).means, ...values };
}

import { inEnglish } from '../../../shared/advice/notice.ts';
import type { Alert } from '../../../shared/operator-api/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Counters } from '../../observe/counters.ts';
import type { Logger } from '../../observe/log.ts';
import type { Claim } from '../../store/jobs.ts';
import type { Search } from '../../store/search.ts';
import type { Store } from '../../store/store.ts';
import { createGather, type Figured, type GatherParts } from './gather.ts';
import { hourOf } from './hours.ts';
import { type Changes, createIncidents } from './incidents.ts';
import { type Incident, type Kept, type Pending, readKept, writeKept } from './kept.ts';
import { toAlert } from './message.ts';
import type { Outbox } from './outbox.ts';
import { findHourly, HOURLY_RULES } from './rules/hourly.ts';
import { findLive, LIVE_RULES } from './rules/live.ts';
import { LOG_LINES } from './rules/log-lines.ts';

export interface WatchdogParts extends Omit<GatherParts, 'log'> {
  log: GatherParts['log'] & Pick<Store, 'readFact' | 'writeFact'>;
  search: Figured & Pick<Search, 'indexedUntil'>;
  counters: Pick<Counters, 'count'>;
  clock: Pick<Clock, 'now'>;
  logger: Logger;
  newId: () => string;
  /** Posts what opened and ended; absent without `ALERT_WEBHOOK_URL`. `onChange` is to be called when less is pending. */
  startOutbox?: (pending: readonly Pending[], onChange: () => void) => Outbox;
}

export interface Watchdog {
  /** Goes on with what another process knew, unless it has the job already. */
  claimed(claim: Claim): Promise<void>;
  /** Looks once; to be called every minute after `claimed`. Never called again before it is done. @throws what the store throws. */
  check(): Promise<void>;
  /** As any process with this store has them. Open ones, the newest first; then those that ended in the last two weeks. */
  alerts(): Promise<Alert[]>;
  open(): Promise<readonly Incident[]>;
  stop(): Promise<void>;
}

/** The hour has ended so long ago that the index has its last events. */
const SETTLE_MS = 3 * 60_000;
/** With more to index, the hours are not complete. */
const MOST_LAG = 5_000;
const live = new Set(LIVE_RULES);
const hourly = new Set(HOURLY_RULES);

/** Finds incidents, logs each, and has it posted, once when it opens and once when it ends. Of several processes one does. */
export function createWatchdog(parts: WatchdogParts): Watchdog {
  const { log } = parts;
  const gather = createGather(parts);
  let watch: Watch | undefined;
  return {
    async claimed(claim) {
      if (watch?.claim.fence === claim.fence) return;
      await watch?.outbox?.stop();
      watch = createWatch(parts, gather, await readKept(log), claim);
    },
    async check() {
      if (await watch?.check()) return;
      // Another process has the job.
      await watch?.outbox?.stop();
      watch = undefined;
    },
    async alerts() {
      const { open, ended } = await readKept(log);
      return [...open.toSorted((a, b) => b.openedAtMs - a.openedAtMs), ...ended].map(toAlert);
    },
    open: async () => (await readKept(log)).open,
    async stop() {
      await watch?.stop();
    },
  };
}

type Watch = ReturnType<typeof createWatch>;

/** While this process has the job. @param kept of the one that had it before. */
function createWatch(
  parts: WatchdogParts,
  gather: ReturnType<typeof createGather>,
  kept: Kept,
  claim: Claim,
) {
  const { log, search, counters, clock, logger, newId, startOutbox } = parts;
  const incidents = createIncidents(kept, clock.now(), newId);
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
    const figures = await gather.figures(search, toHour);
    const findings = figures.flatMap((shop) => findHourly(shop, toHour, incidents.history));
    lookedToHour = toHour;
    isChanged = true;
    report(incidents.update(findings, hourly, nowMs));
  }

  /** Returns false when another process has the job. */
  async function keep(): Promise<boolean> {
    if (!isChanged) return true;
    isChanged = false;
    const pending = [...(outbox?.pending() ?? [])];
    return writeKept(log, { open: incidents.open(), ended: [...incidents.ended()], pending }, claim);
  }

  return {
    claim,
    outbox,
    /** Returns false when another process has the job. */
    async check(): Promise<boolean> {
      const nowMs = clock.now();
      const state = await gather.state(nowMs);
      const findings = findLive(state, (subject) => incidents.find(subject) !== undefined);
      report(incidents.update(findings, live, nowMs));
      try {
        await lookHourly(nowMs);
      } catch (error) {
        await keep();
        throw error;
      }
      return keep();
    },
    async stop(): Promise<void> {
      await outbox?.stop();
      isChanged = true;
      // A store that is away has what was kept at the latest look.
      await keep().catch(() => {});
    },
  };
}

function factsOf(incident: Incident): object {
  const { id, rule, severity, shop, destination, values } = incident;
  return { alert: id, rule, severity, shop, destination, means: inEnglish(incident).means, ...values };
}

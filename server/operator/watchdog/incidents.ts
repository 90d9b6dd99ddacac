import type { AlertRule } from '../../../shared/alert-rules.ts';
import { type Finding, type Subject, subjectKey } from './finding.ts';
import { DAY_HOURS, hourOf } from './hours.ts';
import type { Incident } from './kept.ts';
import { HOURLY_RULES } from './rules/hourly.ts';

/** What changed at one check. */
export interface Changes {
  opened: Incident[];
  ended: Incident[];
}

/** A flood of findings has causes that few of them show. */
const MOST_OPEN = 200;
const MOST_ENDED = 200;
/** How long ended incidents are shown. */
const SHOWN_MS = 14 * 24 * 3_600_000;
/** For so long nothing is found before an incident ends. */
const LIVE_END_MS = 10 * 60_000;
const HOURLY_END_MS = 3 * 3_600_000;
const hourly: ReadonlySet<AlertRule> = new Set(HOURLY_RULES);

/** Makes incidents of findings: each opens once and ends once, however often it is found between. */
export function createIncidents(
  kept: { open: readonly Incident[]; ended: readonly Incident[] },
  nowMs: number,
  newId: () => string,
) {
  // While the collector did not run nothing was looked for.
  const open = new Map(kept.open.map((one) => [subjectKey(one), { ...one, lastFoundMs: nowMs }]));
  let ended = [...kept.ended];

  function add({ windowHours, ...finding }: Finding, atMs: number): Incident {
    const baselineEndHour = hourOf(atMs) - (windowHours ?? DAY_HOURS);
    const incident = { id: newId(), ...finding, openedAtMs: atMs, lastFoundMs: atMs, baselineEndHour };
    open.set(subjectKey(finding), incident);
    return incident;
  }

  return {
    find: (subject: Subject): Incident | undefined => open.get(subjectKey(subject)),
    /** For the rules by hour. */
    history(subject: Subject): { baselineEndHour?: number; endedHour?: number } {
      const key = subjectKey(subject);
      const now = open.get(key);
      const last = ended.find((one) => subjectKey(one) === key)?.endedAtMs;
      return {
        ...(now && { baselineEndHour: now.baselineEndHour }),
        ...(last !== undefined && { endedHour: hourOf(last) }),
      };
    },
    open: (): Incident[] => [...open.values()],
    /** The newest first. */
    ended: (): readonly Incident[] => ended,
    /** @param checked the rules that looked; incidents of others stay as they are. */
    update(findings: readonly Finding[], checked: ReadonlySet<AlertRule>, atMs: number): Changes {
      const changes: Changes = { opened: [], ended: [] };
      for (const finding of findings) {
        const known = open.get(subjectKey(finding));
        if (known) known.lastFoundMs = atMs;
        else if (open.size < MOST_OPEN) changes.opened.push(add(finding, atMs));
      }
      for (const [key, one] of open) {
        const waitMs = hourly.has(one.rule) ? HOURLY_END_MS : LIVE_END_MS;
        if (!checked.has(one.rule) || atMs - one.lastFoundMs < waitMs) continue;
        open.delete(key);
        changes.ended.push({ ...one, endedAtMs: atMs });
      }
      ended = [...changes.ended, ...ended]
        .filter(({ endedAtMs = atMs }) => atMs - endedAtMs < SHOWN_MS)
        .slice(0, MOST_ENDED);
      return changes;
    },
  };
}

export type Incidents = ReturnType<typeof createIncidents>;

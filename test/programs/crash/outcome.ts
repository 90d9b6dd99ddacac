import type { DatabaseServer } from '../../support/database-server.ts';
import type { Fleet, Traffic } from '../../support/fleet.ts';
import { APIS, type Reconciliation } from '../../support/fleet.ts';
import { waitingProblem } from '../../support/fleet-drain.ts';
import type { Progress } from '../../support/progress.ts';

/** What every phase of the program needs. */
export interface Run {
  /** Which promise is broken on purpose. */
  sabotage?: string | undefined;
  /** For the databases of its fleets; absent: SQLite. */
  server?: DatabaseServer | undefined;
  /** 0 ≤ random < 1. */
  random: () => number;
  /** Absent in tests. */
  progress?: Pick<Progress, 'doing'>;
}

/** What one phase came to. */
export interface Outcome extends Reconciliation {
  phase: string;
  kills: number;
  accepted: number;
  /** What else is worth a reader's time. */
  notes: string[];
  /** Promises found broken, in words; a good phase has none. */
  problems: string[];
}

export interface Expectation {
  phase: string;
  kills: number;
  /** Nothing was cut off in the middle of a delivery, so nothing may arrive twice. */
  isOnce?: boolean;
  notes?: string[];
  problems?: string[];
}

/** Waits for the last delivery and holds the phase against what is promised in all of them. */
export async function evaluate(fleet: Fleet, traffic: Traffic, expected: Expectation): Promise<Outcome> {
  const { phase, kills, isOnce = false, notes = [], problems = [] } = expected;
  const found = await fleet.delivered(traffic.answered);
  const { log } = await fleet.collector().status();
  const broken: (string | false | undefined)[] = [
    waitingProblem(found),
    found.forged > 0 && `forged: ${found.forged} deliveries of orders that only a page reported`,
    found.lost > 0 && `lost: ${found.lost} deliveries of events that were answered 200`,
    found.repeatedDifferent > 0 && `repeated with a difference: ${found.repeatedDifferent} deliveries`,
    isOnce && found.repeatedSame > 0 && `repeated: ${found.repeatedSame} deliveries that nothing had cut off`,
    traffic.unrecognized > 0 && `stored twice: ${traffic.unrecognized} events answered as if never seen`,
    found.hashedViolations > 0 && `in clear: an email in ${found.hashedViolations} requests or files`,
    log?.synchronous !== 'full' &&
      log?.synchronous !== 'extra' &&
      `not durable: log.synchronous is ${log?.synchronous}`,
    traffic.problems.length > 0 && `answered badly: ${traffic.problems[0]}`,
    traffic.answered.size === 0 && 'nothing was answered 200',
  ];
  return {
    ...found,
    phase,
    kills,
    accepted: traffic.answered.size,
    notes,
    problems: [...problems, ...broken.filter((problem) => typeof problem === 'string')],
  };
}

/** One phase in one line. */
export function describePhase({ phase, kills, accepted, problems, notes, ...found }: Outcome): string {
  const notesText = notes.map((note) => `; ${note}`).join('');
  const conclusion = problems.length === 0 ? 'holds' : `BROKEN: ${problems.join('; ')}`;
  return `${phase}: ${figures({ kills, accepted, ...found })}${notesText}: ${conclusion}`;
}

/** All phases in one line. */
export function describeAll(outcomes: readonly Outcome[]): string {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, one) => total + of(one), 0);
  const by = (api: (typeof APIS)[number]) => ({
    delivered: sum((one) => one.by[api].delivered),
    lost: [],
    repeatedSame: 0,
    repeatedDifferent: 0,
  });
  return figures({
    kills: sum(({ kills }) => kills),
    accepted: sum(({ accepted }) => accepted),
    by: { customerio: by('customerio'), tiktok: by('tiktok'), shopline: by('shopline') },
    lost: sum(({ lost }) => lost),
    waiting: outcomes.flatMap(({ waiting }) => waiting),
    forged: sum(({ forged }) => forged),
    received: sum(({ received }) => received),
    repeatedSame: sum(({ repeatedSame }) => repeatedSame),
    repeatedDifferent: sum(({ repeatedDifferent }) => repeatedDifferent),
    hashedViolations: sum(({ hashedViolations }) => hashedViolations),
  });
}

function figures(all: Reconciliation & { kills: number; accepted: number }): string {
  const delivered = APIS.map((api) => `${api} ${all.by[api].delivered}`).join(', ');
  return (
    `${all.kills} kills, ${all.accepted} accepted, delivered: ${delivered}, ${all.lost} lost, ` +
    `${all.forged} forged, ${all.repeatedSame} repeated alike, ${all.repeatedDifferent} repeated with a difference`
  );
}

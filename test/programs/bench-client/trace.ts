import { SLOWER } from './slower.ts';

/** The part of a browser's trace that is read here; times are microseconds. */
export interface TraceEvent {
  name: string;
  /** `X` is a whole event; others are its beginning, its end or a moment. */
  ph: string;
  ts: number;
  dur?: number;
  /** Of `dur`, what the thread ran on a processor. */
  tdur?: number;
  pid: number;
  tid: number;
  args?: { data?: { url?: string } };
}

/** A task of a main thread in which a script of ours ran, as on a processor that is `SLOWER`. */
export interface OwnTask {
  taskMs: number;
  /** Of it, ours. */
  ownMs: number;
}

export const TRACED = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
/** As the Long Tasks API has it. */
const LONG_MS = 50;

/** Every task in which `isOurs` finds code by its address, whether it was evaluated or called back. */
export function ownTasks(events: readonly TraceEvent[], isOurs: (url: string) => boolean): OwnTask[] {
  const whole = events.filter(({ ph }) => ph === 'X');
  const calls = whole
    .filter(({ args }) => isOurs(args?.data?.url ?? ''))
    .sort((a, b) => a.ts - b.ts || endOf(b) - endOf(a));
  return whole
    .filter(({ name }) => name === 'RunTask')
    .flatMap((task) => {
      const within = calls.filter(
        ({ pid, tid, ts }) => pid === task.pid && tid === task.tid && ts >= task.ts && ts < endOf(task),
      );
      let until = 0;
      let ownMs = 0;
      for (const call of within) {
        if (call.ts < until) continue;
        ownMs += slowMs(call);
        until = endOf(call);
      }
      return within.length > 0 ? [{ taskMs: slowMs(task), ownMs }] : [];
    });
}

/** It would have been shorter without us, or our part alone is too long. */
export const isLongByUs = ({ taskMs, ownMs }: OwnTask) =>
  taskMs > LONG_MS && (ownMs > LONG_MS || taskMs - ownMs <= LONG_MS);

const endOf = ({ ts, dur = 0 }: TraceEvent) => ts + dur;
const slowMs = ({ dur = 0, tdur = dur }: TraceEvent) => (tdur / 1000) * SLOWER;

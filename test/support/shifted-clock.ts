/**
 * Preloaded into every thread of a collector process: dates are as many milliseconds away from the machine's as the query `ms` of
 * this module's URL has, so that a store which was filled earlier ends now, or machines differ.
 */
const shiftMs = Number(new URL(import.meta.url).searchParams.get('ms'));
const MachineDate = Date;

globalThis.Date = class extends MachineDate {
  constructor(...args: [] | [number]) {
    super(...((args.length === 0 ? [MachineDate.now() + shiftMs] : args) as [number]));
  }
  static override now(): number {
    return MachineDate.now() + shiftMs;
  }
} as DateConstructor;
Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + shiftMs });

/** Arguments of `node` for that. */
export function shiftedClockArguments(ms: number): string[] {
  const self = new URL(import.meta.url);
  self.search = `ms=${ms}`;
  return ['--import', self.href];
}

import type { Audit } from './audit.ts';

/** What one part of the benchmark came to. */
export interface Measured {
  figures: Figure[];
  audit: Audit;
}

/** One line of the result: what was measured, and what it is compared with. */
export interface Figure {
  what: string;
  value: string;
  goal?: Goal;
  /** What else helps to understand it. */
  note?: string;
}

/** `reached` is the value as a number; the bound is what it must be at least, or at most. */
export interface Goal extends Bounds {
  reached: number;
}
export interface Bounds {
  least?: number;
  most?: number;
  stretch?: number;
}

/** What `goal` says about the value: `missed`, `reached`, or `stretch`. */
export function evaluate({ reached, least, most, stretch }: Goal): 'missed' | 'reached' | 'stretch' {
  const passes = (bound: number) => (most === undefined ? reached >= bound : reached <= bound);
  if (!passes(most ?? least ?? 0)) return 'missed';
  return stretch !== undefined && passes(stretch) ? 'stretch' : 'reached';
}

/** Lines in columns. */
export function layOut(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, value, goal, note = '' }) => [
    what,
    value,
    goal ? `${goal.most === undefined ? '≥' : '≤'} ${goal.most ?? goal.least}` : '',
    goal?.stretch === undefined ? '' : `stretch ${goal.stretch}`,
    goal ? evaluate(goal) : '',
    note,
  ]);
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Two runs of each round over one another: what slowed a whole round down slowed both. */
export const medianRatio = (over: readonly number[], under: readonly number[]) =>
  median(over.map((value, round) => value / (under[round] ?? value)));

/** The middle one; of an even count the upper of the two. 0 of nothing. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

export const whole = (value: number) => Math.round(value).toLocaleString('en');
export const ratio = (value: number) => `${value.toFixed(2)} ×`;
export const ms = (value: number) => `${value.toFixed(2)} ms`;

/** The exponent by which y grows with x: 1 in proportion, 2 with its square. Least squares on both logarithms. */
export function logLogSlope(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (axis: 0 | 1) => logs.reduce((sum, point) => sum + point[axis], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const over = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return over / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

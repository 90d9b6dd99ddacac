/** Spans of the overview: milliseconds, and seconds between points. */
export const RANGES = {
  '15m': { ms: 15 * 60_000, step: 60 },
  '1h': { ms: 3_600_000, step: 60 },
  '6h': { ms: 6 * 3_600_000, step: 300 },
  '24h': { ms: 24 * 3_600_000, step: 900 },
  '7d': { ms: 7 * 24 * 3_600_000, step: 3_600 },
  '30d': { ms: 30 * 24 * 3_600_000, step: 6 * 3_600 },
} as const;
export type Range = keyof typeof RANGES;

export const rangeOf = (text: string | undefined): Range =>
  text !== undefined && Object.hasOwn(RANGES, text) ? (text as Range) : '1h';

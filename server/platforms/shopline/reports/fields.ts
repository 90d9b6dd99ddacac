import { z } from 'zod';

const FIRST_MS = 1_000_000_000_000;
const LAST_MS = 9_999_999_999_999;

/** Epoch milliseconds, as SHOPLINE writes them: thirteen digits. */
export const OccurredOn = z.int().min(FIRST_MS).max(LAST_MS);
export const Count = z.int().nonnegative();
/** Of a marketing event, flow, node or product. Often more digits than a number holds. */
export const Id = z.string().min(1);

/** At most so many characters as people count them: an emoji is one, and never cut in half. */
export const text = (max: number) =>
  z.string().refine((value) => [...value].length <= max, `at most ${max} characters`);
export const cut = (value: string, max: number): string => [...value].slice(0, max).join('');

/** When the newest thing counted happened; where nothing is known, or no such time can be told: now. */
export const occurredOn = (newestAtMs: number, nowMs: number): number =>
  OccurredOn.safeParse(newestAtMs).success ? newestAtMs : nowMs;

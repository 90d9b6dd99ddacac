import { z } from 'zod';

const FIRST_MS = 1_000_000_000_000;
const LAST_MS = 9_999_999_999_999;

/** Epoch milliseconds with thirteen digits, as SHOPLINE requires. */
export const OccurredOn = z.int().min(FIRST_MS).max(LAST_MS);
export const Count = z.int().nonnegative();
/** Of a marketing event, flow, node or product. Text, because many exceed 2^53. */
export const Id = z.string().min(1);

/** Lengths are counted in code points, so an emoji is one character and is never cut in half. */
export const text = (max: number) =>
  z.string().refine((value) => [...value].length <= max, `at most ${max} characters`);
export const cut = (value: string, max: number): string => [...value].slice(0, max).join('');

/** The time of the newest counted event; `nowMs` where there is none or it is out of range. */
export const occurredOn = (newestAtMs: number, nowMs: number): number =>
  OccurredOn.safeParse(newestAtMs).success ? newestAtMs : nowMs;

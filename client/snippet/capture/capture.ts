import type { Properties } from '../api.ts';

/** By the name of a semantic event. Amounts may still be text, and properties empty. */
export type Report = (event: string, properties: Properties) => void;

/**
 * One source of signals, started once. It listens through `on`, `onVisit` and `later`, which guard the page, and
 * reports what it sees; whether another source saw the same is not its business.
 */
export type Capture = (report: Report) => void;

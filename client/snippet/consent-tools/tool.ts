import type { Consent } from '../../../shared/consent.ts';
import type { Options } from '../api.ts';

/** What a tool says now. Undefined: it is not on this page. Null: it is, and has no answer yet. */
export type Answer = Consent | null | undefined;

/**
 * One consent tool, asked at every look; each file here is one. It only reads: whatever it throws counts as null.
 *
 * @param look to be called when the tool has something new to say, where it tells so to nobody but its listeners.
 */
export type Tool = (look: () => void, options: Options) => Answer;

// biome-ignore lint/suspicious/noExplicitAny: other people's globals: each may be missing, half-loaded or anything.
export const globals = window as any;

/** The answer of a tool that knows one purpose only, or none. */
export const everything = (isAllowed: boolean): Consent => ({
  advertising: isAllowed,
  analytics: isAllowed,
  marketing: isAllowed,
});

import type { Consent } from '../../../shared/consent.ts';
import type { Options } from '../api.ts';

/** The choice a tool holds. Undefined: the tool is not on this page. Null: the visitor has not chosen yet. */
export type Answer = Consent | null | undefined;

/**
 * Reads one consent tool, at every poll. Must not change anything; an error counts as null.
 *
 * @param look reads all tools again. For tools that announce a change only to their own listeners.
 */
export type Tool = (look: () => void, options: Options) => Answer;

// biome-ignore lint/suspicious/noExplicitAny: globals of other scripts: each may be absent, half loaded or of any type.
export const globals = window as any;

/** One answer for every purpose. */
export const everything = (isAllowed: boolean): Consent => ({
  advertising: isAllowed,
  analytics: isAllowed,
  marketing: isAllowed,
});

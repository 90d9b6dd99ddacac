import { type Consent, type ConsentState, PURPOSES } from '../../shared/consent.ts';
import type { Source } from '../../shared/protected-event.ts';
import type { Recorded } from '../privacy/effective-consent.ts';

/** One change of a consent record. Times in epoch ms. */
export interface ConsentChange {
  receivedAtMs: number;
  /** When it was said. */
  atMs: number;
  source: Source;
  /** What counted from then on. */
  state: ConsentState;
}

/** What is recorded under one subject. */
export interface SubjectRecord {
  subject: string;
  /** Oldest first, at least one. */
  changes: ConsentChange[];
}

/** What a lease of an event would apply now, and the records that it is from. */
export interface RecordedNow extends Recorded {
  records: SubjectRecord[];
}

/** A consent record, as an operator reads it. Times in ISO 8601. */
export interface DescribedConsent {
  id: string;
  /** When the latest change was said. */
  at: string;
  /** What counts now, of the purposes something was said about. */
  consent: Partial<Consent>;
  /** The latest changes, oldest first, each with what counted from then on. */
  history: { at: string; receivedAt: string; source: Source; consent: Partial<Consent> }[];
}

const time = (ms: number) => new Date(ms).toISOString();

const consentOf = (state: ConsentState): Partial<Consent> =>
  Object.fromEntries(
    PURPOSES.flatMap((purpose, index) =>
      state[index] === '-' ? [] : [[purpose, state[index] === 'g'] as const],
    ),
  );

/**
 * @param changes oldest first.
 * @returns empty without a record, else one.
 */
export function describeConsent(id: string, changes: readonly ConsentChange[]): DescribedConsent[] {
  const last = changes.at(-1);
  if (!last) return [];
  const history = changes.map(({ atMs, receivedAtMs, source, state }) => ({
    ...{ at: time(atMs), receivedAt: time(receivedAtMs), source },
    consent: consentOf(state),
  }));
  return [{ id, at: time(last.atMs), consent: consentOf(last.state), history }];
}

import type { FieldWarning } from '../../shared/protected-event.ts';
import type { Note } from '../../shared/read-fields.ts';
import type { Counters } from '../observe/counters.ts';

/** What is wrong with something that was accepted, for whoever installed its sender. */
export interface Warning {
  /** Position in the batch; absent for what stands at the batch's root. */
  index?: number;
  path: string;
  code: Note['code'] | 'consent-missing' | 'consent-default-differs';
}

/** The most that one answer lists. */
export const MAX_WARNINGS = 20;
/** As many of each kind are listed in any case. */
const MIN_OF_EACH = MAX_WARNINGS / 2;

/** Fields of one request that were not exact. */
export interface FieldWarnings {
  /** The first 20. */
  listed: (Warning & Note)[];
  count: number;
}

/** Adds the notes of one message, or of the batch's root, and counts them by field. */
export function addNotes(
  to: FieldWarnings,
  notes: readonly Note[],
  index: number | undefined,
  shop: string,
  counters: Counters,
): void {
  for (const note of notes) {
    const { path, code } = note;
    const name = code === 'field-coerced' ? 'fields_coerced' : 'fields_dropped';
    counters.count(name, { shop, field: fieldOf(path) });
    if (to.listed.length < MAX_WARNINGS) to.listed.push({ ...(index !== undefined && { index }), ...note });
  }
  to.count += notes.length;
}

/** Those of one message that are stored with its event. */
export const listed = (notes: readonly Note[]): FieldWarning[] =>
  notes.slice(0, MAX_WARNINGS).map(({ path, code }) => ({ path, code }));

/** The name of a field in any position: `properties.products.price`. The names are ours, so there are not many. */
const fieldOf = (path: string) => path.replace(/\.\d+/g, '');

/** At most 20, those of the root first, then in the order of the messages. */
export function mergeWarnings(fields: FieldWarnings, ofConsent: readonly Warning[]): Warning[] {
  const available = Math.max(MIN_OF_EACH, MAX_WARNINGS - fields.listed.length);
  const consent = ofConsent.slice(0, available);
  const listed = fields.listed.slice(0, MAX_WARNINGS - consent.length);
  return [...listed.map(({ describe: _, ...warning }) => warning), ...consent].sort(
    (a, b) => (a.index ?? -1) - (b.index ?? -1),
  );
}

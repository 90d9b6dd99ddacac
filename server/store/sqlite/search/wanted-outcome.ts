import type { DeliveryOutcome, OutcomeFilter } from '../../search.ts';
import { hourOf } from './tallies.ts';

/**
 * Whether what became of an event at a consumer is looked for: one rule for lists, groups and what is sent again. Undefined where
 * the filter leaves none out.
 */
export function createIsWanted(wanted: OutcomeFilter): ((outcome: DeliveryOutcome) => boolean) | undefined {
  const { states, reason, words, settledFromMs, settledToMs } = wanted;
  const hasTime = settledFromMs !== undefined || settledToMs !== undefined;
  if (!states && reason === undefined && words === undefined && !hasTime) return undefined;
  return (outcome) =>
    (!states || states.includes(outcome.state)) &&
    (reason === undefined || outcome.reason === reason) &&
    (words === undefined || squeeze(outcome.words ?? '') === words) &&
    (!hasTime || isSettledIn(wanted, outcome));
}

type SettledTime = Pick<OutcomeFilter, 'settledFromMs' | 'settledToMs'>;

/** Skipped events are counted by the hour: of them whole hours are meant. */
function isSettledIn(wanted: SettledTime, { state, atMs }: Pick<DeliveryOutcome, 'state' | 'atMs'>): boolean {
  if (atMs === undefined) return false;
  const { fromMs, toMs } = settledIn(wanted, state);
  const at = state === 'skipped' ? hourOf(atMs) : atMs;
  return at >= fromMs && at < toMs;
}

/** Between which times outcomes of a state are meant; of skipped ones the times at which hours begin. */
export function settledIn(
  { settledFromMs: fromMs = 0, settledToMs: toMs = Number.MAX_SAFE_INTEGER }: SettledTime,
  state: DeliveryOutcome['state'],
): { fromMs: number; toMs: number } {
  return { fromMs: state === 'skipped' ? hourOf(fromMs) : fromMs, toMs };
}

/** The API's words with `#` for each id and number in them; a code that they begin with stays. */
export function squeeze(words: string): string {
  const code = /^\d{3,5}(?= )/.exec(words)?.[0] ?? '';
  const rest = words.slice(code.length).replace(/[\w-]{12,}/g, (text) => (isId(text) ? '#' : text));
  return code + rest.replace(/\d+/g, '#');
}

/** Hexadecimal ids have letters among their digits; names such as `email_sha256` have digits in one place. */
const isId = (text: string) => /\d\D+\d/.test(text);

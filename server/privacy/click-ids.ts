/** The parameter, possibly repeated. A repetition that begins also matches, so nothing is tried twice. */
const CLICK_ID = /([?&])(?:ttclid=[^&#\s]*(?:&|(?=[#\s]|$)))+/gi;
const KEYS = new Set(['ttclid', 'ttclid_at', 'ttp']);

/** A copy without TikTok's click and browser ids, both as fields and as URL parameters inside text. */
export function withoutClickIds<T>(value: T): T {
  return strip(value) as T;
}

function strip(value: unknown): unknown {
  if (typeof value === 'string') {
    return /ttclid=/i.test(value) ? value.replace(CLICK_ID, separatorBetween) : value;
  }
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !KEYS.has(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, strip(inner)]));
}

/** What stands in place of the parameter: its separator, or nothing when no other parameter follows. */
function separatorBetween(removed: string, separator: string, index: number, text: string): string {
  const next = text.charAt(index + removed.length);
  return next === '' || /[#\s]/.test(next) ? '' : separator;
}

/** The parameter, possibly repeated, together with its separator when nothing follows. */
const LAST = /[?&](?:ttclid=[^&#\s]*(?:&|(?=[#\s]|$)))+(?=[#\s]|$)/gi;
const AMONG_OTHERS = /([?&])(?:ttclid=[^&#\s]*&)+/gi;
const KEYS = new Set(['ttclid', 'ttclid_at', 'ttp']);

/** A copy without TikTok's click and browser ids, both as fields and as URL parameters inside text. */
export function withoutClickIds<T>(value: T): T {
  return strip(value) as T;
}

function strip(value: unknown): unknown {
  if (typeof value === 'string') {
    return /ttclid=/i.test(value) ? value.replace(LAST, '').replace(AMONG_OTHERS, '$1') : value;
  }
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !KEYS.has(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, strip(inner)]));
}

/** A date and a time of day with its zone: without one it could be hours off. */
const ZONED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/i;
const FUTURE_TOLERANCE_MS = 5 * 60_000;

/** The first that is a moment in ISO 8601, in UTC. */
export function firstMoment(...said: readonly (string | undefined)[]): string | undefined {
  const ms = said
    .filter((text) => text !== undefined && ZONED.test(text))
    .map((text) => Date.parse(text ?? ''))
    .find((time) => time >= 0);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** When something happened; what would lie in the future, or was not said, happened when we heard of it. */
export function happenedAt(said: string | undefined, receivedAtMs: number): string {
  const ms = said === undefined ? Number.NaN : Date.parse(said);
  const isPast = ms <= receivedAtMs + FUTURE_TOLERANCE_MS;
  return new Date(isPast ? ms : receivedAtMs).toISOString();
}

/** Variables by name: the environment, or a part of a configuration file. */
export type Variables = Readonly<Record<string, unknown>>;

/** Blank text and `null` count as not set. */
export const blankAsUnset = (value: unknown) =>
  value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;

/** Those that are set. */
export const setOnly = (variables: Variables): Record<string, unknown> =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => blankAsUnset(value) !== undefined));

/** Parts between commas, trimmed, none of them empty. */
export const list = (value: string | undefined) =>
  (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/**
 * Variables of a configuration file as the environment would hold them: numbers and booleans become text. Arrays and
 * objects stay, and so do whole numbers too large to be exact, which no schema accepts.
 */
export function asVariables(values: Variables): Record<string, unknown> {
  const text = (value: unknown) => {
    const isExact = typeof value === 'number' && (!Number.isInteger(value) || Number.isSafeInteger(value));
    return isExact || typeof value === 'boolean' ? String(value) : value;
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]));
}

/** Variables by name: the environment, or a configuration file. */
export type Variables = Readonly<Record<string, unknown>>;

/** Blank counts as not set. */
export const blank = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;

/** Those that are set. */
export const set = (variables: Variables) =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => blank(value) !== undefined));

/** Parts between commas, trimmed, none of them empty. */
export const list = (value: string | undefined) =>
  (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

const isSecret = (name: string) =>
  /TOKEN|SECRET|PII_KEY|API_KEY|SIGNING_KEY|APP_KEY|^(NATS|DATABASE)_URL$/.test(name);
const quote = (variable: string, value: unknown) => (isSecret(variable) ? 'set' : JSON.stringify(value));

/** What is wrong with a variable, in an operator's words: what it got, what it wants. Never a secret. */
export const describe = (variable: string, value: unknown, wants: string) =>
  blank(value) === undefined
    ? `${variable} is missing: ${wants}`
    : `${variable} is ${quote(variable, value)}; it wants: ${wants}`;

/** Striking out anything shorter would make the log unreadable. */
const MIN_SECRET_LENGTH = 8;

/** The secrets among variables, so that the log can strike them out wherever they appear. */
export function secretsIn(variables: Variables): string[] {
  const named = Object.entries(variables).filter(([name]) => isSecret(name));
  const values = named.flatMap(([, value]) => (typeof value === 'string' ? list(value) : []));
  return values.filter((secret) => secret.length >= MIN_SECRET_LENGTH);
}

/** A variable is text: numbers, flags and lists, as a file may hold them, become that. Objects stay. */
export function asVariables(values: Variables): Record<string, unknown> {
  const text = (value: unknown) => {
    if (Array.isArray(value)) return value.join(',');
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]));
}

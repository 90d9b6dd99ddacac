import querystring from 'node:querystring';
import { list, type Variables } from './variables.ts';

/** Guessing a secret of this length takes longer than anyone has. */
const MIN_SECRET_LENGTH = 16;
/** Removing anything shorter from log lines would make them unreadable. */
const MIN_REDACTED_LENGTH = 8;

const isSecret = (name: string) => /TOKEN|SECRET|API_KEY|SIGNING_KEY/.test(name);
/** Secrets, keys with a length of their own, app keys, and addresses that may hold a password. */
export const isRedacted = (name: string) =>
  isSecret(name) || /PII_KEY|APP_KEY|SERVER_KEY|^(NATS|DATABASE|ALERT_WEBHOOK)_URL$/.test(name);

/** What is wrong with the length of a secret; undefined for other variables and for those that are not set. */
export function secretLengthProblem(name: string, value: unknown): string | undefined {
  if (!isSecret(name) || typeof value !== 'string') return undefined;
  const { length } = value.trim();
  return length === 0 || length >= MIN_SECRET_LENGTH
    ? undefined
    : `${name} has ${length} characters; expected at least ${MIN_SECRET_LENGTH}`;
}

/** As it stands in an address, and as it is used. */
function passwordIn(value: string): string[] {
  const { password = '' } = URL.parse(value) ?? {};
  return [password, querystring.unescape(password)];
}

/** The secrets among variables, to be removed from log lines. */
export function secretsIn(variables: Variables): string[] {
  const named = Object.entries(variables).filter(([name]) => isRedacted(name));
  return named
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .flatMap((value) => (typeof value === 'string' ? [...list(value), ...passwordIn(value)] : []))
    .filter((secret) => secret.length >= MIN_REDACTED_LENGTH);
}

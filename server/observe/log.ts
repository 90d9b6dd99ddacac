import { pino } from 'pino';

/** Structured log lines: values in the object, a constant text as the message. */
export interface Logger {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

/**
 * A logger that passes every text through `redact`, as a last defence: log calls should not contain personal data or
 * secrets. Each line is one JSON object without control characters that a terminal would interpret.
 *
 * @param redact is called with each text value of a line, so that its replacements cannot break the JSON.
 */
export function createLogger(options: {
  level: string;
  write: (line: string) => void;
  redact: (text: string) => string;
}): Logger {
  const redacted = (_key: string, value: unknown) =>
    typeof value === 'string' ? options.redact(value) : value;
  const stream = {
    write: (line: string) => options.write(`${escapeControls(JSON.stringify(JSON.parse(line, redacted)))}\n`),
  };
  return pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
}

/** Characters that JSON does not escape and a terminal interprets: C1 controls, line separators, text directions. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
const escapeControls = (json: string) =>
  json.replace(CONTROLS, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Replaces every secret with `[secret]`, also in the spellings of JSON, URLs and `Authorization` headers. */
export function createSecretRedactor(secrets: readonly string[]): (text: string) => string {
  const spellings = [...new Set(secrets.flatMap(spellingsOf))].sort((a, b) => b.length - a.length);
  return (text) => spellings.reduce((redacted, secret) => redacted.replaceAll(secret, '[secret]'), text);
}

const spellingsOf = (secret: string) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret.toWellFormed()),
  Buffer.from(`${secret}:`).toString('base64'),
];

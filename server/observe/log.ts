import { pino } from 'pino';

/** Structured log lines. Pass facts as the object, what happened as the text. */
export interface Logger {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

/**
 * A logger whose every text passes `redact` as a last line of defence. Nothing personal or secret is meant to reach a
 * log call; should it happen, it still does not reach the disk. Each line is one JSON object that moves no terminal's
 * cursor, whatever was logged.
 *
 * @param redact gets every text of a line, one by one, so that what it strikes out can never break the line.
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

/** Characters that JSON may leave as they are and a terminal obeys: C1 controls, line separators, text directions. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
const escapeControls = (json: string) =>
  json.replace(CONTROLS, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Strikes out every secret of the configuration, also as JSON, a URL or an `Authorization` header would spell it. */
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

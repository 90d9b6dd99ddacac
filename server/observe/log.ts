import { pino } from 'pino';

/** Structured log lines. Pass facts as the object, what happened as the text. */
export interface Logger {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

/**
 * A logger whose every line passes `redact` as a last line of defence. Nothing personal or secret is meant to reach a
 * log call; should it happen, it still does not reach the disk.
 *
 * @param redact gets a whole line, newline included.
 */
export function createLogger(options: {
  level: string;
  write: (line: string) => void;
  redact: (line: string) => string;
}): Logger {
  const stream = { write: (line: string) => options.write(options.redact(line)) };
  return pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
}

/** Strikes out every secret of the configuration. */
export function redactSecrets(secrets: readonly string[]): (line: string) => string {
  return (line) => secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '[secret]'), line);
}

import { redactText } from '../privacy/redact.ts';
import { createLogger, createSecretRedactor, type Logger } from './log.ts';

/**
 * A logger that writes JSON lines to standard output, without emails and without `secrets`.
 *
 * @param secrets of the moment: the same array as long as they are the same.
 */
export function processLogger(level: string, secrets: () => readonly string[]): Logger {
  let known = secrets();
  let redactSecrets = createSecretRedactor(known);
  return createLogger({
    level,
    write: (line) => void process.stdout.write(line),
    redact(text) {
      const now = secrets();
      if (now !== known) {
        known = now;
        redactSecrets = createSecretRedactor(known);
      }
      return redactSecrets(redactText(text));
    },
  });
}

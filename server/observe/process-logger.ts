import { redactText } from '../privacy/redact.ts';
import { createLogger, createSecretRedactor, type Logger } from './log.ts';

/** A logger that writes JSON lines to standard output, without emails and without `secrets`. */
export function processLogger(level: string, secrets: readonly string[]): Logger {
  const redactSecrets = createSecretRedactor(secrets);
  return createLogger({
    level,
    write: (line) => void process.stdout.write(line),
    redact: (line) => redactSecrets(redactText(line)),
  });
}

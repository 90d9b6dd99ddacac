import { OperatorError } from '../lib/operator-error.ts';
import { Unavailable } from '../lib/unavailable.ts';

/** The store cannot keep anything now; nothing of the call was kept. The caller may try again after a moment. */
export class LogUnavailable extends Unavailable {
  override name = 'LogUnavailable';
}
/** Another process holds the data directory, or it cannot be used. Starting is pointless until that is mended. */
export class DataDirUnusable extends OperatorError {
  override name = 'DataDirUnusable';
}

/** SQLite's result codes; an extended code carries one of these in its low byte. @see https://sqlite.org/rescode.html */
const CODES = {
  busy: 5,
  noMemory: 7,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;
type SqliteFault = keyof typeof CODES;

/** What the disk or the file did to us; undefined when the fault is in the call itself. */
export function sqliteFault(error: unknown): SqliteFault | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return undefined;
  const code = error.errcode & 0xff;
  return (Object.keys(CODES) as SqliteFault[]).find((name) => CODES[name] === code);
}

/** An error on its way between threads, which keep no classes. */
export interface Failure {
  name: string;
  message: string;
}

export function toFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (sqliteFault(error)) return { name: 'LogUnavailable', message };
  return { name: error instanceof Error ? error.name : 'Error', message };
}

export function fromFailure({ name, message }: Failure): Error {
  if (name === 'LogUnavailable') return new LogUnavailable(message);
  if (name === 'DataDirUnusable') return new DataDirUnusable(message);
  return Object.assign(new Error(message), { name });
}

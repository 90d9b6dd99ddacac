import { OperatorError } from '../lib/operator-error.ts';
import { Unavailable } from '../lib/unavailable.ts';

/** Nothing of the call was stored: the disk is full or failing, or the store is closed. The caller may try again. */
export class LogUnavailable extends Unavailable {
  override name = 'LogUnavailable';
}
/** The index of the search cannot be asked now; nothing of the store is affected. */
export class SearchUnavailable extends Unavailable {
  override name = 'SearchUnavailable';
  override readonly answer: Unavailable['answer'] = {
    code: 'search-unavailable',
    words:
      'The search is not available yet: its index is being opened or built anew. Events are stored and delivered meanwhile.',
  };
}
/** The data directory is in use by another process, or cannot be used. The message states how to repair it. */
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

/** What PostgreSQL refused, or that it could not be reached: then `code` is one of Node's, or absent. */
export class PostgresError extends Error {
  override name = 'PostgresError';
  readonly code: string | undefined;
  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}
/**
 * SQLSTATE, or its class, by what it says of the database rather than of the call. `away`: it cannot be reached, takes no
 * connection, gives no lock, or is no primary.
 * @see https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const FAULT_OF_STATE: Readonly<Record<string, StorageFault>> = {
  ...{
    '08': 'away',
    '28': 'away',
    '3D': 'away',
    '3F': 'away',
    '57': 'away',
    '25P03': 'away',
    '25P04': 'away',
  },
  ...{ '53300': 'away', '53400': 'away', '55P03': 'away', '25006': 'away', '40': 'away' },
  ...{ '53100': 'full', '53200': 'noMemory', '58': 'ioError', XX: 'corrupt' },
};
export type StorageFault = SqliteFault | 'away';

/** The fault of the database or its disk behind an error; undefined when the call itself is at fault. */
export function storageFault(error: unknown): StorageFault | undefined {
  if (error instanceof PostgresError) {
    const { code } = error;
    if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return 'away';
    return FAULT_OF_STATE[code] ?? FAULT_OF_STATE[code.slice(0, 2)];
  }
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return undefined;
  const code = error.errcode & 0xff;
  return (Object.keys(CODES) as SqliteFault[]).find((name) => CODES[name] === code);
}

/** An error as plain data: messages between threads do not preserve classes. */
export interface Failure {
  name: string;
  message: string;
}

export function toFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (storageFault(error)) return { name: 'LogUnavailable', message };
  return { name: error instanceof Error ? error.name : 'Error', message };
}

export function fromFailure({ name, message }: Failure): Error {
  if (name === 'LogUnavailable') return new LogUnavailable(message);
  if (name === 'DataDirUnusable') return new DataDirUnusable(message);
  if (name === 'RangeError') return new RangeError(message);
  return Object.assign(new Error(message), { name });
}

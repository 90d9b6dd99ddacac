import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type Connection, prepare, type Query } from './prepare.ts';

/**
 * A text, the JSON of an object, as it is stored in two columns: `packed` is the beginning of a long one, compressed, and
 * `body` the rest, at least the last brace. A text that is given further fields keeps what is packed.
 */
export type StoredText = [packed: Uint8Array | null, body: string];

/** A text as it is read. */
export interface ReadText {
  body: string;
  /** How many characters of it are packed. */
  packed: number;
}

/** In bytes. What is shorter fits into a page of the file. */
const PACKED_FROM = 4_000;
/** In characters: what a text that begins like the one before may have beyond. */
const MAX_REST = 1_000;
/** The least work; damage is noticed. */
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } };
/** Far beyond what is accepted, so that a damaged file fills no memory. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What was packed last: most texts of an order are one of its reports with further fields. */
let last: { beginning: string; packed: Uint8Array | null } = { beginning: '', packed: null };

export function toStoredText(text: string): StoredText {
  if (Buffer.byteLength(text) < PACKED_FROM) return [null, text];
  if (!isLike(last.beginning, text)) {
    const beginning = text.slice(0, text.lastIndexOf('}'));
    last = { beginning, packed: pack(beginning) };
  }
  const { beginning, packed } = last;
  return packed ? [packed, text.slice(beginning.length)] : [null, text];
}

/** Compared as a whole: `startsWith` takes ten times as long. */
const isLike = (beginning: string, text: string): boolean =>
  beginning.length + MAX_REST > text.length && text.slice(0, beginning.length) === beginning;

/** Null where it would be no smaller. */
function pack(text: string): Uint8Array | null {
  const bytes = Buffer.from(text);
  const packed = zstdCompressSync(bytes, OPTIONS);
  return packed.length < bytes.length ? packed : null;
}

/** Damaged bytes give a text that is damaged. */
function unpack(packed: Uint8Array): string {
  try {
    return zstdDecompressSync(packed, { maxOutputLength: MAX_BYTES }).toString();
  } catch {
    return '';
  }
}

type Read<Row> = Omit<Row, keyof Columns> & ReadText;
export interface Columns {
  packed: Uint8Array | null;
  body: string;
}

/** As `prepare`, for rows that have the columns `packed` and `body`: the latter becomes the whole text. */
export function prepareTexts<Row extends { body: string }>(
  connection: Connection,
  sql: string,
): Pick<Query<Read<Row>>, 'all' | 'get'> {
  const query = prepare<Columns>(connection, sql);
  const read = (row: Columns) => readText(row) as ReadText as Read<Row>;
  return {
    all: (...parameters) => query.all(...parameters).map(read),
    get(...parameters) {
      const row = query.get(...parameters);
      return row && read(row);
    },
  };
}

/** Changes the row. */
export function readText(row: Columns): ReadText {
  const { packed, body } = row;
  const beginning = packed === null ? '' : unpack(packed);
  return Object.assign(row, { packed: beginning.length, body: beginning + body } satisfies ReadText);
}

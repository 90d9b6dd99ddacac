import type { Person } from '../../privacy/person.ts';
import { CHUNK, pages } from './chunks.ts';
import { type Connection, prepare } from './prepare.ts';
import { prepareTexts } from './stored-text.ts';

/** Tables whose rows concern persons, beside orders. */
export type PersonTable = 'events' | 'evidence';
export interface PersonRow {
  id: number;
  body: string;
}

/** Where to look for a person in the store: in every row, or in those that an index names. None of theirs is left out. */
export interface PersonRows {
  /** Rows that may concern the person, ascending, in steps of few milliseconds. */
  pages(table: PersonTable, shop: string, person: Person): Iterable<PersonRow[]>;
  /** Further rows that may be of these browsers, beside those of `pages`. */
  ofBrowsers(table: PersonTable, shop: string, browsers: ReadonlySet<string>): number[];
  /** Between which numbers orders of the person, and these, may be; ascending. */
  orders(
    shop: string,
    person: Person,
    named: ReadonlySet<number>,
  ): Iterable<readonly [first: number, last: number]>;
}

/** Rows read in one step: few milliseconds, in which nothing else is stored. */
const STEP = 1_000;

/** Every row of a shop. */
export function createEveryRow(connection: Connection): PersonRows {
  const tables = {
    events: prepareTexts<PersonRow>(
      connection,
      'SELECT seq AS id, packed, body FROM events WHERE shop = ? AND seq > ? ORDER BY seq LIMIT ?',
    ),
    evidence: prepareTexts<PersonRow>(
      connection,
      'SELECT id, packed, body FROM evidence WHERE +shop = ? AND id > ? ORDER BY id LIMIT ?',
    ),
  };
  const orderIds = prepare<{ id: number }>(
    connection,
    'SELECT id FROM orders WHERE id > ? ORDER BY id LIMIT ?',
  );
  return {
    pages: (table, shop) => pages((after) => tables[table].all(shop, after, STEP)),
    ofBrowsers: () => [],
    *orders() {
      for (const rows of pages((after) => orderIds.all(after, CHUNK)))
        yield [rows.at(0)?.id ?? 0, rows.at(-1)?.id ?? 0];
    },
  };
}

import { CHUNK, pages } from '../chunks.ts';
import type { PersonRow, PersonRows, PersonTable } from '../person-rows.ts';
import { type Connection, prepare } from '../prepare.ts';
import { prepareTexts } from '../stored-text.ts';
import type { IndexTexts } from './index-texts.ts';
import type { Indexer } from './indexer.ts';
import { keysOfBrowsers, keysOfPerson } from './keys.ts';
import type { Names } from './names.ts';
import type { Streams } from './streams.ts';

interface Parts {
  names: Names;
  streams: Pick<Streams, 'keyed'>;
  indexer: Pick<Indexer, 'progress'>;
  texts: Pick<IndexTexts, 'find' | 'unread'>;
}

/**
 * Rows that have an id of the person by the index, and every row that is not in the index yet: events after its position,
 * those whose text was composed since they were read, reports that are new or were replaced.
 */
export function createIndexedRows(
  connection: Connection,
  { names, streams, indexer, texts }: Parts,
): PersonRows {
  const rowOf = {
    events: prepareTexts<PersonRow>(
      connection,
      'SELECT seq AS id, packed, body FROM store.events WHERE seq = ? AND +shop = ?',
    ),
    evidence: prepareTexts<PersonRow>(
      connection,
      'SELECT id, packed, body FROM store.evidence WHERE id = ? AND +shop = ?',
    ),
  };
  const tail = prepareTexts<PersonRow>(
    connection,
    'SELECT seq AS id, packed, body FROM store.events WHERE +shop = ? AND seq > ? ORDER BY seq LIMIT ?',
  );
  const uncomposed = prepare<{ id: number }>(connection, 'SELECT seq AS id FROM uncomposed WHERE shop = ?');
  const orderOf = prepare<{ id: number }>(
    connection,
    'SELECT order_id AS id FROM store.order_reports WHERE id = ?',
  );

  /** Those in the index under any of these keys. */
  const find = (table: PersonTable, keys: readonly number[]): number[] =>
    table === 'events' ? keys.flatMap(streams.keyed) : texts.find(table, keys);

  function unread(table: PersonTable, shop: string): number[] {
    if (table === 'evidence') return texts.unread(table);
    return uncomposed.all(names.knownShop(shop) ?? 0).map(({ id }) => id);
  }
  const ascending = (ids: Iterable<number>) => [...new Set(ids)].sort((a, b) => a - b);

  return {
    *pages(table, shop, person) {
      const { seq } = indexer.progress();
      const ids = ascending([...find(table, keysOfPerson(shop, person)), ...unread(table, shop)]);
      for (let start = 0; start < ids.length; start += CHUNK)
        yield ids.slice(start, start + CHUNK).flatMap((id) => rowOf[table].get(id, shop) ?? []);
      if (table === 'events') yield* pages((after) => tail.all(shop, Math.max(after, seq), CHUNK));
    },
    ofBrowsers: (table, shop, browsers) => find(table, keysOfBrowsers(shop, browsers)),
    *orders(shop, person, named) {
      const reports = [...texts.find('reports', keysOfPerson(shop, person)), ...texts.unread('reports')];
      for (const id of ascending([...named, ...reports.flatMap((report) => orderOf.get(report)?.id ?? [])]))
        yield [id, id];
    },
  };
}

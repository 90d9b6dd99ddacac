import type { Visitor } from '../store.ts';
import { forParts, insertRows } from './rows.ts';
import type { Db } from './tables.ts';
import { latestSeen, uniqueBy } from './unique.ts';

/** Records when visitors were last seen. */
export async function putVisitors(db: Db, shop: string, visitors: readonly Visitor[]): Promise<void> {
  const rows = uniqueBy(visitors, ({ anonymousId }) => anonymousId, latestSeen).map(
    ({ anonymousId, seenAtMs }) => ({ shop, anonymous_id: anonymousId, seen_at: seenAtMs }),
  );
  await forParts(rows, (part) =>
    insertRows(db, 'visitors', part)
      .onConflict((conflict) =>
        conflict
          .columns(['shop', 'anonymous_id'])
          .doUpdateSet((eb) => ({ seen_at: eb.ref('excluded.seen_at') }))
          .whereRef('excluded.seen_at', '>', 'visitors.seen_at'),
      )
      .execute(),
  );
}

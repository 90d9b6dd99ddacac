import type { Cost } from '../store.ts';
import { markDirty, marketingTarget } from './dirty-targets.ts';
import { forParts } from './rows.ts';
import type { Db } from './tables.ts';

/** One row for each marketing event and day; a later one replaces it. */
export async function putCosts(db: Db, shop: string, costs: readonly Cost[]): Promise<void> {
  const rows = costs.map((cost) => ({
    shop,
    marketing_event: cost.marketingEventId,
    day: cost.day,
    spend: cost.spendHundredths,
    impressions: cost.impressions,
    clicks: cost.clicks,
  }));
  await forParts(rows, (part) =>
    db
      .insertInto('costs')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['shop', 'marketing_event', 'day']).doUpdateSet((eb) => ({
          spend: eb.ref('excluded.spend'),
          impressions: eb.ref('excluded.impressions'),
          clicks: eb.ref('excluded.clicks'),
        })),
      )
      .execute(),
  );
  await markDirty(
    db,
    shop,
    costs.map(({ marketingEventId }) => marketingTarget(marketingEventId)),
  );
}

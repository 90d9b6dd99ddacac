import type { Cost } from '../store.ts';
import { markDirty, marketingTarget } from './dirty-targets.ts';
import { replaceRows } from './rows.ts';
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
  await replaceRows(db, 'costs', ['shop', 'marketing_event', 'day'], rows);
  await markDirty(
    db,
    shop,
    costs.map(({ marketingEventId }) => marketingTarget(marketingEventId)),
  );
}

import type { Synced } from '../../../analytics/store.ts';
import type { MarketingRule } from '../../../config/config.ts';
import { isOf } from './drafts.ts';

/** Three calls; at worst each is then sent once more on its own, which takes 40 seconds. */
const MAX_PROBES = 150;

export interface Probes {
  /** A flow, a marketing event of `MARKETING_RULES`, or one that SHOPLINE has accepted before. */
  isKnown(target: string, row: Synced | undefined): boolean;
  /**
   * The known targets, and of the others as many as the run may still try: those that were never tried, then those that
   * were refused longest ago.
   */
  select(targets: readonly string[], known: ReadonlyMap<string, Synced>): string[];
}

/**
 * For one run. Anybody can visit the shop with an invented marketing event in the link, and SHOPLINE has no call that
 * lists those it knows: what is not known is tried, a few in each run.
 */
export function createProbes(rules: readonly Pick<MarketingRule, 'marketing_event_id'>[]): Probes {
  const configured = new Set(rules.map(({ marketing_event_id }) => `marketing:${marketing_event_id}`));
  const isKnown: Probes['isKnown'] = (target, row) =>
    !isOf('marketing', target) || configured.has(target) || row?.digest !== undefined;
  let left = MAX_PROBES;
  return {
    isKnown,
    select(targets, known) {
      const { sure = [], unsure = [] } = Object.groupBy(targets, (target) =>
        isKnown(target, known.get(target)) ? 'sure' : 'unsure',
      );
      const triedAt = (target: string) => known.get(target)?.at ?? '';
      const tried = unsure.toSorted((a, b) => (triedAt(a) < triedAt(b) ? -1 : 1)).slice(0, left);
      left -= tried.length;
      return [...sure, ...tried];
    },
  };
}

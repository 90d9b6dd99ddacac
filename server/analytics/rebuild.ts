import type { Shop } from '../config/config.ts';
import { NO_BACKPRESSURE } from '../lib/yield-to-ingest.ts';
import type { Store } from '../store/store.ts';
import { consumerName, factRules } from './counting.ts';
import { gather, readDelivery } from './gather.ts';
import type { FactRules } from './read-facts.ts';
import type { AnalyticsDatabase } from './store/database.ts';
import type { Methods } from './store/methods.ts';
import type { FlowTotals, MarketingTotals } from './totals.ts';

export interface RebuildParts {
  shop: Shop;
  log: Store;
  store: AnalyticsDatabase;
  /** Events received before this may have left the log; their facts are the stored baseline. */
  sinceMs: number;
  /** Keeps new totals that differ, as they do after the rules changed. Otherwise a difference rolls everything back. */
  keepsDifferences: boolean;
}

export interface Rebuilt {
  events: number;
  targets: number;
  /** Targets whose totals differ, with both. */
  differences: { target: string; before: unknown; after: unknown }[];
}

const ROUND = 500;

/**
 * Counts every event in the log again, on top of the stored baseline, and compares. Runs in one transaction, so an
 * interrupted rebuild changes nothing.
 */
export async function rebuild(parts: RebuildParts): Promise<Rebuilt> {
  const { shop, log, store, keepsDifferences } = parts;
  // The retention time may have been shorter before.
  const sinceMs = Math.max(parts.sinceMs, await store.transaction((methods) => methods.loggedFromMs()));
  const rules = factRules(shop);
  // Events not counted yet are acknowledged only after their facts are stored.
  await countAll(log, shop, rules, (work) => store.transaction(work));
  const events = await log.replaySince(consumerName(shop.id), sinceMs);
  let rebuilt: Rebuilt | undefined;
  const work = async (methods: Methods) => {
    const before = await totalsOf(methods, shop.id);
    await methods.dropLogged(shop.id, sinceMs);
    // Acknowledged within the transaction: a rollback leaves the facts counted before.
    await countAll(log, shop, rules, (apply) => apply(methods));
    const after = await totalsOf(methods, shop.id);
    rebuilt = { events, targets: after.size, differences: compare(before, after) };
    if (rebuilt.differences.length > 0 && !keepsDifferences) throw new Rollback();
  };
  await store.transaction(work).catch((error: unknown) => {
    if (!(error instanceof Rollback)) throw error;
  });
  if (!rebuilt) throw new Error('a rebuild that did not fail has no result');
  return rebuilt;
}

/** Thrown to roll the transaction back. */
class Rollback extends Error {}

/** Counts the waiting events. @param keep runs the function it is given in a transaction; events are acknowledged when it resolves. */
async function countAll(
  log: Store,
  shop: Shop,
  rules: FactRules,
  keep: (apply: (methods: Methods) => Promise<void>) => Promise<void>,
): Promise<void> {
  for (;;) {
    const deliveries = await log.lease(consumerName(shop.id), ROUND);
    if (deliveries.length === 0) break;
    const read = deliveries
      .map((delivery) => readDelivery(delivery, rules))
      .filter((facts) => facts !== undefined);
    const { facts, visitors } = gather(read);
    await keep(async (methods) => void (await methods.apply(shop.id, facts, visitors)));
    for (const { ack } of deliveries) ack();
    await NO_BACKPRESSURE.rest(0);
  }
}

async function totalsOf(methods: Methods, shop: string): Promise<Map<string, MarketingTotals | FlowTotals>> {
  const totals = new Map<string, MarketingTotals | FlowTotals>();
  for (const target of await methods.targets(shop)) {
    const [kind, id] = [target.slice(0, target.indexOf(':')), target.slice(target.indexOf(':') + 1)];
    const [found] =
      kind === 'flow' ? await methods.flowTotals(shop, [id]) : await methods.marketingTotals(shop, [id]);
    if (found) totals.set(target, found);
  }
  return totals;
}

function compare(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): Rebuilt['differences'] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((target) => {
    const [was, is] = [before.get(target), after.get(target)];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ target, before: was, after: is }];
  });
}

import { orderNames } from '../../shared/order-names.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Append, EventLog } from '../store/event-log.ts';
import { checkoutKey, stageOf } from './keys.ts';

interface AppendParts {
  /** Shops whose orders are reported twice, by ID. */
  shops: ReadonlyMap<string, Shop>;
  state: Pick<AnalyticsStore, 'recordOrderReport'>;
  clock: Pick<Clock, 'now'>;
}

type Appended = Awaited<ReturnType<EventLog['append']>>;
/** Entries appended in one call: other events together, but each order report alone, so that its result is known. */
interface Run {
  entries: Append[];
  isReport: boolean;
}

/** A cancellation or refund is delivered this much later than its order. */
const AFTER_ORDER_MS = 1_000;
/** An order name with such an ending would collide with the key of another order's stage. */
const LIKE_A_STAGE = /:(?:paid|cancelled|browser|webhook)$/;

/**
 * Gives both reports of an order the same key. The event log alone decides which report is first: one that was recorded
 * but not stored before a crash is stored when it is sent again.
 *
 * Unlike the log's own `append` this is not atomic: when a call rejects, some entries may be stored; sent again they are
 * duplicates.
 */
export function createAppend(log: EventLog, { shops, state, clock }: AppendParts): EventLog['append'] {
  const isReport = ({ event }: Append) =>
    (stageOf(event) !== undefined || event.event === 'Checkout Started') &&
    event.only === undefined &&
    shops.has(event.shop);

  const isRefund = ({ event }: Append) =>
    event.event === 'Order Refunded' && event.source === 'webhook' && shops.has(event.shop);

  /** A refund names its order as the webhook does; destinations know the order by its canonical ID. */
  async function toNamed(entry: Append): Promise<Append> {
    const names = orderNames(entry.event);
    if (names.length === 0) return entry;
    const orderName = await state.recordOrderReport(entry.event.shop, sideOf(entry), names, entry.event);
    return held({ ...entry, event: { ...entry.event, orderName } }, AFTER_ORDER_MS);
  }

  function held(entry: Append, moreMs: number): Append {
    const holdMs = shops.get(entry.event.shop)?.orderMergeMs ?? 0;
    return holdMs > 0 ? { ...entry, holdUntilMs: clock.now() + holdMs + moreMs } : entry;
  }

  /** The event under the key of its order, held while its other report may arrive. */
  async function toKeyed(entry: Append): Promise<Append> {
    const { event } = entry;
    const withKey = (orderKey: string) => ({ ...entry, event: { ...event, orderKey } });
    const stage = stageOf(event);
    if (stage === undefined) {
      const key = checkoutKey(event);
      return key === undefined ? entry : withKey(key);
    }
    const names = orderNames(event);
    if (names.length === 0) return entry;
    const canonicalId = await state.recordOrderReport(event.shop, sideOf(entry), names, event);
    // Names are trimmed, so the appended blank makes the key unique.
    const own = stage === '' && LIKE_A_STAGE.test(canonicalId) ? `${canonicalId} ` : canonicalId;
    // Payments and cancellations count only when the shop's server reports them; a page's are for statistics alone.
    if (stage !== '' && event.source === undefined)
      return { ...entry, event: { ...event, orderKey: `order:${own}${stage}:browser`, only: 'statistics' } };
    const keyed = withKey(`order:${own}${stage}`);
    // A payment is held too: delivered before the page's report it would lack the click that led to it.
    return held(keyed, stage === ':cancelled' ? AFTER_ORDER_MS : 0);
  }

  /** The second report is a duplicate to its sender; statistics get the report of each side once. */
  async function appendReport(entry: Append): Promise<Appended> {
    const appended = await log.append([entry]);
    if (appended.stored > 0) return appended;
    const { event } = entry;
    const orderKey = `${event.orderKey}:${sideOf(entry)}`;
    await log.append([{ event: { ...event, only: 'statistics', orderKey } }]);
    return appended;
  }

  async function appendAll(entries: readonly Append[]): Promise<Appended> {
    const keyed = await Promise.all(
      entries.map((entry) => (isReport(entry) ? toKeyed(entry) : isRefund(entry) ? toNamed(entry) : entry)),
    );
    // All calls are made in one turn, in order, so that they share a commit.
    const appended = await Promise.all(
      inRuns(keyed, isReport).flatMap((run) =>
        run.isReport ? run.entries.map(appendReport) : log.append(run.entries),
      ),
    );
    return {
      stored: sum(appended.map(({ stored }) => stored)),
      duplicates: sum(appended.map(({ duplicates }) => duplicates)),
    };
  }

  return (entries) =>
    entries.some((entry) => isReport(entry) || isRefund(entry)) ? appendAll(entries) : log.append(entries);
}

/** Groups neighbours of a kind. A report without any order name is treated as any other event. */
function inRuns(entries: readonly Append[], isReport: (entry: Append) => boolean): Run[] {
  const runs: Run[] = [];
  for (const entry of entries) {
    const isOne = isReport(entry) && entry.event.orderKey !== undefined;
    const last = runs.at(-1);
    if (last?.isReport === isOne) last.entries.push(entry);
    else runs.push({ entries: [entry], isReport: isOne });
  }
  return runs;
}

const sideOf = ({ event }: Append) => event.source ?? 'browser';
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

import { orderNames } from '../../shared/order-names.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Append, EventLog } from '../store/event-log.ts';
import { checkoutKey, stageOf } from './keys.ts';

interface AppendParts {
  /** Those whose orders are reported twice, by id. */
  shops: ReadonlyMap<string, Shop>;
  state: Pick<AnalyticsStore, 'recordOrderReport'>;
  clock: Pick<Clock, 'now'>;
}

type Appended = Awaited<ReturnType<EventLog['append']>>;
/** What goes to the log in one call: a report of an order alone, so that its answer is about it, others together. */
interface Run {
  entries: Append[];
  isReport: boolean;
}

/** Nobody is told what became of an order before they are told of the order. */
const AFTER_ORDER_MS = 1_000;
/** An order's name that ends like this would be the key of another's stage. */
const LIKE_A_STAGE = /:(?:paid|cancelled|browser|webhook)$/;

/**
 * Gives both reports of an order one key. Which of them is the first, the log alone decides: what died between the
 * sighting and the log was never stored, and is stored when it is sent again.
 *
 * Not all or nothing as the log's own: when a call rejects, some may be stored, and count as duplicates when they are
 * sent again.
 */
export function createAppend(log: EventLog, { shops, state, clock }: AppendParts): EventLog['append'] {
  const isReport = ({ event }: Append) =>
    (stageOf(event) !== undefined || event.event === 'Checkout Started') &&
    event.only === undefined &&
    shops.has(event.shop);

  const isRefund = ({ event }: Append) =>
    event.event === 'Order Refunded' && event.source === 'webhook' && shops.has(event.shop);

  /** A refund knows its order by the webhook's name alone; a destination knows that by its first. */
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

  /** The same event under the key of its order, held while the other report may come. */
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
    const first = await state.recordOrderReport(event.shop, sideOf(entry), names, event);
    // No name ends in a blank.
    const own = stage === '' && LIKE_A_STAGE.test(first) ? `${first} ` : first;
    // What becomes of an order the shop tells itself; a page is heard by statistics alone.
    if (stage !== '' && event.source === undefined)
      return { ...entry, event: { ...event, orderKey: `order:${own}${stage}:browser`, only: 'statistics' } };
    const keyed = withKey(`order:${own}${stage}`);
    // A payment waits as well: told before the page's report, it would go out without the click that led to it.
    return held(keyed, stage === ':cancelled' ? AFTER_ORDER_MS : 0);
  }

  /** What comes second is a duplicate to those who asked; statistics hear once what each side said. */
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
    // All in one turn, in the order they came: they share a commit.
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

/** Neighbours of a kind together. A report that nothing names is an event like others. */
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

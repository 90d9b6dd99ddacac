import { readId } from '../../../../shared/order-ids.ts';
import { isPaid } from '../../../../shared/payment.ts';
import type { Source } from '../../../../shared/protected-event.ts';
import { readCurrency, readValue } from '../../../destinations/values.ts';
import { placedAtMs } from '../../../orders/placed-at.ts';
import { byPrecedence, decisive, type Report } from '../../../orders/precedence.ts';
import type { Stage } from '../../../orders/stages.ts';
import type { FoundOrder } from '../../search.ts';
import { type Connection, prepare } from '../prepare.ts';
import { tryRead } from '../stored-event.ts';
import { prepareTexts } from '../stored-text.ts';
import { createFollow } from './follow.ts';

/** What the reports of an order say by now. */
export type OrderFacts = Pick<
  FoundOrder,
  'placedAtMs' | 'total' | 'currency' | 'isPaid' | 'isCancelled' | 'isRefunded' | 'sources'
>;

interface OrderRow {
  id: number;
  reportedAtMs: number;
  /** How many reports there are, and when the last was received. */
  reports: string;
  evidence: number;
  knownVersion: string | null;
  knownFacts: string | null;
}
interface ReportRow {
  orderId: number;
  source: Source;
  stage: Stage;
  part: string;
  receivedAtMs: number;
  isReduced: number;
  body: string;
}
export type StoredReport = Report & { receivedAtMs: number; isReduced: boolean };

/** One step of what was reported since. */
const STEP = 500;

/**
 * Reads orders from their reports. What was read is kept in the index, and counts as long as no report was added or
 * replaced. It has amounts and sources, and nothing of a person.
 */
export function createOrderFacts(connection: Connection) {
  const orders = (where: string) =>
    prepare<OrderRow>(
      connection,
      `SELECT o.id, o.reported_at AS reportedAtMs,
         (SELECT count(*) || ':' || coalesce(max(received_at), 0) FROM store.order_reports WHERE order_id = o.id) AS reports,
         (SELECT count(*) FROM store.evidence WHERE order_id = o.id) AS evidence,
         f.version AS knownVersion, f.facts AS knownFacts
       FROM store.orders o LEFT JOIN order_facts f ON f.id = o.id WHERE o.id ${where}`,
    );
  const reports = (where: string) =>
    prepareTexts<ReportRow>(
      connection,
      `SELECT order_id AS orderId, source, stage, part, received_at AS receivedAtMs, is_reduced AS isReduced, packed, body
       FROM store.order_reports WHERE order_id ${where} ORDER BY received_at, id`,
    );
  const LISTED = 'IN (SELECT CAST(value AS BIGINT) FROM json_each(?))';
  const [order, listed] = [orders('= ?'), orders(LISTED)];
  const [reportsOfOne, reportsOfListed] = [reports('= ?'), reports(LISTED)];
  const put = prepare(
    connection,
    `INSERT INTO order_facts (id, placed_at, version, facts) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET placed_at = excluded.placed_at, version = excluded.version, facts = excluded.facts`,
  );
  const reported = prepare<{ id: number; orderId: number }>(
    connection,
    'SELECT id, order_id AS orderId FROM store.order_reports WHERE id > ? ORDER BY id LIMIT ?',
  );
  const ownerOf = prepare<{ mark: string }>(
    connection,
    `SELECT o.id || ':' || o.reported_at AS mark FROM store.order_reports r JOIN store.orders o ON o.id = r.order_id
     WHERE r.id = ?`,
  );
  const follow = createFollow(connection, 'order_reports', {
    next: (after, max) => reported.all(after, max),
    markOf: (id) => ownerOf.get(id)?.mark ?? null,
  });

  const reportsOf = (id: number): StoredReport[] => reportsOfOne.all(id).flatMap(toReport);

  /** Keeps what the reports of these orders say by now. */
  function keep(ids: ReadonlySet<number>): void {
    const changed = listed.all(JSON.stringify([...ids])).filter((one) => one.knownVersion !== versionOf(one));
    const rows = reportsOfListed.all(JSON.stringify(changed.map(({ id }) => id)));
    const byOrder = Map.groupBy(rows, ({ orderId }) => orderId);
    for (const one of changed) {
      const facts = factsOf((byOrder.get(one.id) ?? []).flatMap(toReport), one);
      put.run(one.id, facts.placedAtMs, versionOf(one), JSON.stringify(facts));
    }
  }

  return {
    reportsOf,
    of(id: number): OrderFacts {
      const found = order.get(id);
      const isKnown = found && found.knownVersion === versionOf(found);
      return isKnown
        ? JSON.parse(found.knownFacts ?? '')
        : factsOf(reportsOf(id), found ?? { reportedAtMs: 0, evidence: 0 });
    },
    /** Keeps these orders, and those of which something was reported since the last call. Returns whether there may be more. */
    keepSome(ids: Iterable<number>): boolean {
      const rows = follow.some(STEP);
      keep(new Set([...ids, ...rows.map(({ orderId }) => orderId)]));
      return rows.length === STEP;
    },
  };
}
export type ReadOrderFacts = ReturnType<typeof createOrderFacts>;

/** A report of its payment, or one whose status says that it was paid; a refund leaves it paid. */
const isPayment = ({ stage, source, event }: Report): boolean =>
  stage === 'paid' ||
  stage === 'refunded' ||
  ((stage === 'placed' || stage === 'updated') && isPaid(event.properties.financial_status, source));

const versionOf = ({ reports, evidence }: OrderRow) => `${reports}:${evidence}`;

function toReport({ body, isReduced, source, stage, part, receivedAtMs }: ReportRow): StoredReport[] {
  const event = tryRead(body);
  return event ? [{ source, stage, part, receivedAtMs, isReduced: isReduced === 1, event }] : [];
}

function factsOf(
  all: readonly StoredReport[],
  { reportedAtMs, evidence }: Pick<OrderRow, 'reportedAtMs' | 'evidence'>,
): OrderFacts {
  const own = decisive(all);
  const contents = own.filter(
    ({ stage, event }) =>
      stage !== 'cancelled' && stage !== 'refunded' && readId(event.properties.cancelled_at) === undefined,
  );
  const content = contents.find(({ event }) => event.properties.total !== undefined) ?? contents[0] ?? own[0];
  const total = content && readValue(content.event);
  const currency = content && readCurrency(content.event.properties);
  const sources = new Set([...all].sort(byPrecedence).map(({ source }) => source));
  if (evidence > 0) sources.add('browser');
  return {
    placedAtMs: placedAtMs(all, reportedAtMs),
    ...(total !== undefined && { total }),
    ...(currency !== undefined && { currency }),
    isPaid: own.some(isPayment),
    isCancelled: own.some(
      ({ stage, event }) => stage === 'cancelled' || readId(event.properties.cancelled_at) !== undefined,
    ),
    isRefunded: own.some(({ stage }) => stage === 'refunded'),
    sources: [...sources],
  };
}

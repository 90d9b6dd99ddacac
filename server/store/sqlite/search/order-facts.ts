import type { DatabaseSync } from 'node:sqlite';
import { readId } from '../../../../shared/order-ids.ts';
import { isPaid } from '../../../../shared/payment.ts';
import type { Source } from '../../../../shared/protected-event.ts';
import { readCurrency, readValue } from '../../../destinations/values.ts';
import { placedAtMs } from '../../../orders/placed-at.ts';
import { byPrecedence, decisive, type Report } from '../../../orders/precedence.ts';
import type { Stage } from '../../../orders/stages.ts';
import type { FoundOrder } from '../../search.ts';
import { prepare } from '../prepare.ts';
import { tryRead } from '../stored-event.ts';
import { prepareTexts } from '../stored-text.ts';
import { createFollow } from './follow.ts';

/** What the reports of an order say by now. */
export type OrderFacts = Pick<
  FoundOrder,
  'placedAtMs' | 'total' | 'currency' | 'isPaid' | 'isCancelled' | 'isRefunded' | 'sources'
>;

interface ReportRow {
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
export function createOrderFacts(connection: DatabaseSync) {
  const versions = prepare<{ version: string }>(
    connection,
    `SELECT count(*) || ':' || coalesce(max(received_at), 0) || ':' ||
       (SELECT count(*) FROM store.evidence WHERE order_id = ?1) AS version
     FROM store.order_reports WHERE order_id = ?1`,
  );
  const reports = prepareTexts<ReportRow>(
    connection,
    `SELECT source, stage, part, received_at AS receivedAtMs, is_reduced AS isReduced, packed, body
     FROM store.order_reports WHERE order_id = ? ORDER BY received_at, id`,
  );
  const hasEvidence = prepare<object>(connection, 'SELECT 1 FROM store.evidence WHERE order_id = ? LIMIT 1');
  const known = prepare<{ version: string; facts: string }>(
    connection,
    'SELECT version, facts FROM order_facts WHERE id = ?',
  );
  const put = prepare(
    connection,
    'INSERT OR REPLACE INTO order_facts (id, placed_at, version, facts) VALUES (?, ?, ?, ?)',
  );
  const reportedAt = prepare<{ ms: number }>(
    connection,
    'SELECT reported_at AS ms FROM store.orders WHERE id = ?',
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

  const reportsOf = (id: number): StoredReport[] =>
    reports.all(id).flatMap(({ body, isReduced, source, stage, part, receivedAtMs }) => {
      const event = tryRead(body);
      return event ? [{ source, stage, part, receivedAtMs, isReduced: isReduced === 1, event }] : [];
    });

  function read(id: number): OrderFacts {
    const all = reportsOf(id);
    const own = decisive(all);
    const contents = own.filter(
      ({ stage, event }) =>
        stage !== 'cancelled' && stage !== 'refunded' && readId(event.properties.cancelled_at) === undefined,
    );
    const content =
      contents.find(({ event }) => event.properties.total !== undefined) ?? contents[0] ?? own[0];
    const total = content && readValue(content.event);
    const currency = content && readCurrency(content.event.properties);
    const sources = new Set([...all].sort(byPrecedence).map(({ source }) => source));
    if (hasEvidence.get(id)) sources.add('browser');
    return {
      placedAtMs: placedAtMs(all, reportedAt.get(id)?.ms ?? 0),
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

  const versionOf = (id: number) => versions.get(id)?.version ?? '';
  /** Keeps what the reports say by now. */
  function keep(id: number): void {
    const version = versionOf(id);
    if (known.get(id)?.version === version) return;
    const facts = read(id);
    put.run(id, facts.placedAtMs, version, JSON.stringify(facts));
  }

  return {
    reportsOf,
    of(id: number): OrderFacts {
      const found = known.get(id);
      return found?.version === versionOf(id) ? JSON.parse(found.facts) : read(id);
    },
    keep,
    /** Keeps orders of which something was reported since the last call. Returns whether there may be more. */
    keepSome(): boolean {
      const rows = follow.some(STEP);
      for (const id of new Set(rows.map(({ orderId }) => orderId))) keep(id);
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

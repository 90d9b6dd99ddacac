import type { Joined, ProtectedEvent, Source } from '../../../shared/protected-event.ts';
import type { OrderClaim } from '../../orders/claim.ts';
import { isTrusted, type Report } from '../../orders/precedence.ts';
import type { Stage } from '../../orders/stages.ts';
import { createAhead, type ShopKey } from './ahead.ts';
import type { AloneOrders } from './alone.ts';
import { createInsertRow } from './insert-row.ts';
import type { OpenStore } from './open-store.ts';
import { type FirstReport, ORDER_COLUMNS, type Order } from './order.ts';
import { createMergeOrders } from './order-merge.ts';
import { createOrderNames } from './order-names.ts';
import { createReferences } from './order-references.ts';
import { prepare } from './prepare.ts';
import { readStored } from './stored-event.ts';
import { prepareTexts, toStoredText } from './stored-text.ts';
import { tokenKey } from './token-key.ts';

const IDS = '(SELECT CAST(value AS BIGINT) FROM json_each(?1))';
const listed = (id: number) => `[${id}]`;

interface ClaimedRow {
  id: number;
  text: string;
  isToken: number;
}
interface StoredReport {
  id: number;
  source: Source;
  stage: Stage;
  part: string;
  body: string;
}

/** The identity of orders: which names belong to which order, what was reported of it, what of it is sent. */
export interface Orders {
  /**
   * The order that has any of these names; made when none has. Orders that turn out to be one are merged; but a name
   * that only a browser gave leads no trusted report to an order that trusted reports know by other names, and a
   * browser's report merges no two orders that trusted reports know.
   */
  assign(shop: string, claim: OrderClaim, first: FirstReport): Assigned;
  /** Names and tokens that will be asked next. */
  readAhead(names: readonly ShopKey[], tokens: readonly ShopKey[]): void;
  /** Orders whose stages are composed next. Returns what each claims. */
  readWholeAhead(ids: readonly number[]): Pick<OrderClaim, 'names' | 'tokens'>[];
  /** The orders that have any of these names, oldest first. */
  named(shop: string, names: readonly string[]): Order[];
  /** The orders that show any of these tokens. A cart may become several. */
  showing(shop: string, tokens: readonly string[]): Order[];
  get(id: number): Order | undefined;
  /** Keeps a report; of one voice, stage and part the later one replaces the earlier. */
  report(order: Order, source: Source, claim: OrderClaim, receivedAtMs: number, body: string): void;
  /** @param read a text that was parsed already, and its event: a report that it begins with is not parsed again. */
  reports(order: Order, read: { body: string; event: ProtectedEvent }): Report[];
  emitted(order: Order): Map<string, number>;
  emit(order: Order, stage: Stage, part: string, seq: number): void;
  /** The stage's event got another number. */
  moveStage(order: Order, seq: number, to: number): void;
  /** `tokens`: as keys. */
  claimed(order: Order): Pick<OrderClaim, 'names' | 'tokens'>;
  /** What a stage was composed with: the id of the first one stays; who belongs to the order is referred to. */
  freeze(order: Order, eventId: string, subjects: readonly Joined[]): void;
}

export interface Assigned {
  order: Order;
  isNew: boolean;
  /** Canonical ids under which reports were stored that belong to `order` now: of orders merged into it, and its former one. */
  formerIds: string[];
  /** Stages that both had: the events of the ones given up, which no destination was sent. */
  superseded: number[];
}

export function createOrders(store: OpenStore, alone: AloneOrders): Orders {
  const { connection } = store;
  const byId = prepare<Order>(connection, `SELECT ${ORDER_COLUMNS} FROM orders WHERE id IN ${IDS}`);
  const insert = createInsertRow(store, 'orders', [
    ...['shop', 'canonical_id', 'reported_at', 'window_until', 'user_id', 'witness', 'is_cancelled'],
  ]);
  const complete = prepare(
    connection,
    `UPDATE orders SET user_id = coalesce(user_id, ?2), witness = coalesce(witness, ?3),
       is_cancelled = max(is_cancelled, CAST(?4 AS BIGINT)) WHERE id = ?1`,
  );
  const claimedOf = prepare<ClaimedRow>(
    connection,
    `SELECT order_id AS id, name AS text, 0 AS isToken FROM order_names WHERE order_id IN ${IDS}
     UNION ALL SELECT order_id, token, 1 FROM order_tokens WHERE order_id IN ${IDS}`,
  );
  const putReport = prepare(
    connection,
    `INSERT INTO order_reports (order_id, source, stage, part, received_at, packed, body) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (order_id, source, stage, part) DO UPDATE SET received_at = excluded.received_at, packed = excluded.packed, body = excluded.body,
       is_reduced = 0
     WHERE excluded.received_at >= order_reports.received_at`,
  );
  const allReports = prepareTexts<StoredReport>(
    connection,
    `SELECT order_id AS id, source, stage, part, packed, body FROM order_reports WHERE order_id IN ${IDS}`,
  );
  const stages = prepare<{ stage: string; part: string; seq: number }>(
    connection,
    'SELECT stage, part, seq FROM order_stages WHERE order_id = ?',
  );
  const putStage = prepare(
    connection,
    'INSERT INTO order_stages (order_id, stage, part, seq) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const moveStage = prepare(connection, 'UPDATE order_stages SET seq = ?3 WHERE order_id = ?1 AND seq = ?2');
  const freeze = prepare(
    connection,
    'UPDATE orders SET event_id = coalesce(event_id, ?2), subjects = ?3 WHERE id = ?1',
  );
  const references = createReferences(connection);
  const named = createOrderNames(store);
  const merge = createMergeOrders(connection, references);
  const rename = prepare(
    connection,
    `UPDATE orders SET canonical_id = ?2 WHERE id = ?1 AND event_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM orders other WHERE other.shop = orders.shop AND other.canonical_id = ?2)`,
  );
  const ahead = {
    orders: createAhead<number, Order>(store),
    claimed: createAhead<number, ClaimedRow>(store),
    reports: createAhead<number, Awaited<ReturnType<typeof allReports.all>>[number]>(store),
  };
  const claimedBy = (id: number): Pick<OrderClaim, 'names' | 'tokens'> => {
    const only = alone.get(id);
    if (only) return only.claimed;
    const claimed = ahead.claimed.get(id) ?? claimedOf.all(listed(id));
    const texts = (isToken: number) =>
      claimed.filter((one) => one.isToken === isToken).map(({ text }) => text);
    return { names: texts(0), tokens: texts(1) };
  };
  return {
    readAhead: named.readAhead,
    readWholeAhead(asked) {
      const ids = asked.filter((id) => !alone.get(id));
      const list = JSON.stringify(ids);
      const idOf = ({ id }: { id: number }) => id;
      if (ids.length > 0) {
        ahead.orders.keep(ids, byId.all(list), idOf);
        ahead.claimed.keep(ids, claimedOf.all(list), idOf);
        ahead.reports.keep(ids, allReports.all(list), idOf);
      }
      return asked.map(claimedBy);
    },
    named: named.named,
    showing: named.showing,
    get: (id) => alone.get(id)?.order ?? (ahead.orders.get(id) ?? byId.all(listed(id)))[0],
    assign(shop, claim, first) {
      const { stage, part, names, tokens, userId = null, isCancelled } = claim;
      const { source, receivedAtMs, mergeMs, witness } = first;
      // A cart may become several orders: only what names the order itself identifies it.
      const allFound = named.allNamed(shop, names);
      for (const { id } of allFound) alone.end(id);
      const found = named.belongingTo(shop, allFound, claim, first);
      const [known, ...merged] = found;
      const [canonicalId] = names;
      if (canonicalId === undefined) throw new RangeError('an order without a name cannot be identified');
      const windowUntilMs = receivedAtMs + mergeMs;
      const own = [userId, witness, Number(isCancelled)] as const;
      const id = known?.id ?? insert(shop, canonicalId, receivedAtMs, windowUntilMs, ...own);
      const superseded = merged.flatMap((other) => merge(other, id));
      if (known) complete.run(id, ...own);
      const keys = tokens.map(tokenKey);
      named.add(shop, id, { names, keys }, isTrusted(source));
      // A checkout's name stands in for the order's own until the order has one.
      if (known?.canonicalId.startsWith('checkout:') && !canonicalId.startsWith('checkout:'))
        rename.run(id, canonicalId);
      const made = { ...{ id, canonicalId, windowUntilMs, userId, witness }, eventId: null, subjects: null };
      const order = known
        ? (byId.all(listed(id))[0] as Order)
        : { ...made, reportedAtMs: receivedAtMs, isCancelled: Number(isCancelled) };
      const formerIds = found.map((one) => one.canonicalId).filter((one) => one !== order.canonicalId);
      // The text of its stage is that of its report.
      if (allFound.length === 0 && stage === 'placed')
        alone.add({ order, claimed: { names, tokens: keys }, report: { source, stage, part } });
      return { order, isNew: !known, formerIds, superseded };
    },
    report(order, source, { stage, part }, receivedAtMs, body) {
      putReport.run(order.id, source, stage, part, receivedAtMs, ...toStoredText(body));
    },
    reports(order, read) {
      const only = alone.get(order.id);
      if (only) return [{ ...only.report, event: read.event }];
      const reports = ahead.reports.get(order.id) ?? allReports.all(listed(order.id));
      return reports.map(({ source, stage, part, body }) => ({
        ...{ source, stage, part },
        // The event of a stage is its report's text with further fields.
        event: read.body.startsWith(body.slice(0, -1)) ? read.event : readStored(body),
      }));
    },
    emitted: (order) =>
      new Map(
        stages.all(order.id).map(({ stage, part, seq }) => [part === '' ? stage : `${stage}:${part}`, seq]),
      ),
    moveStage: (order, seq, to) => void moveStage.run(order.id, seq, to),
    emit: (order, stage, part, seq) => void putStage.run(order.id, stage, part, seq),
    claimed: ({ id }) => claimedBy(id),
    freeze(order, eventId, joined) {
      const { id, eventId: frozen, subjects: before } = order;
      const subjects = JSON.stringify(joined);
      alone.end(id);
      // Its next stage may be composed in the same transaction.
      Object.assign(order, { eventId: frozen ?? eventId, subjects });
      if (frozen !== null && subjects === before) return;
      freeze.run(id, eventId, subjects);
      if (subjects !== before) references.add(id, joined);
    },
  };
}

import { type EvidenceStatus, UNJOINED, type UnjoinedStatus } from '../../../../shared/evidence.ts';
import { orderNames } from '../../../../shared/order-ids.ts';
import { readCurrency, readValue } from '../../../destinations/values.ts';
import type { EventDetail } from '../../search-events.ts';
import type { FoundOrder, OrderDetail } from '../../search-orders.ts';
import { type Connection, prepare } from '../prepare.ts';
import { tryRead } from '../stored-event.ts';
import { prepareTexts } from '../stored-text.ts';
import { keyOf } from './keys.ts';
import type { Names } from './names.ts';
import type { Listed, OrderStream } from './order-streams.ts';

/** One report of a browser that belongs to no order. */
interface UnjoinedRow {
  id: number;
  shop: string;
  status: UnjoinedStatus;
  receivedAtMs: number;
  /** The digest of what it calls its order. */
  name: number;
  body: string;
}

interface MessageRow extends Pick<UnjoinedRow, 'receivedAtMs' | 'body'> {
  status: EvidenceStatus;
  /** The canonical id of the order it joined. */
  orderId: string | null;
}

/** Reports of one order that are shown. */
const MAX_REPORTS = 50;
const COLUMNS = 'e.id, e.shop, e.status, e.received_at AS receivedAtMs, i.name, e.packed, e.body';
const ROWS = `evidence i JOIN store.evidence e ON e.id = i.id`;

/** One report, as it is shown. */
type Shown = OrderDetail['evidence'][number];

/** What only pages reported: reports that joined no order, as one order where they call it by the same name. */
export interface Unjoined {
  /** One for each shop and status. Such an order was placed when its first report was received: nobody states more. */
  streams(of: { shop?: string | undefined; status?: UnjoinedStatus | undefined }): OrderStream[];
  /** The order that a report belongs to. Undefined: the report joined another. */
  of(id: number): Listed | undefined;
  /** The order with this name, and its reports, oldest first. */
  named(shop: string, name: string): { order: FoundOrder; reports: Shown[] } | undefined;
  /** A report by its messageId, also one that joined an order. */
  message(
    shop: string,
    messageId: string,
  ): Pick<EventDetail, 'receivedAtMs' | 'event' | 'evidence'> | undefined;
}

export function createUnjoined(connection: Connection, names: Pick<Names, 'shops'>): Unjoined {
  const before = prepareTexts<UnjoinedRow>(
    connection,
    `SELECT ${COLUMNS} FROM store.evidence e CROSS JOIN evidence i ON i.id = e.id
     WHERE e.shop = ?1 AND e.status = ?2 AND (e.received_at, e.id) < (?3, ?4) AND e.received_at >= ?5
     ORDER BY e.received_at DESC, e.id DESC LIMIT ?6`,
  );
  const one = prepareTexts<UnjoinedRow>(
    connection,
    `SELECT ${COLUMNS} FROM ${ROWS} WHERE i.id = ? AND e.status <> 'joined'`,
  );
  const alike = prepareTexts<UnjoinedRow>(
    connection,
    `SELECT ${COLUMNS} FROM ${ROWS} WHERE i.name = ? AND e.status <> 'joined' ORDER BY i.id LIMIT ?`,
  );
  const isLater = prepare<object>(
    connection,
    `SELECT 1 FROM ${ROWS} WHERE i.name = ? AND i.id < ? AND e.status <> 'joined' LIMIT 1`,
  );
  const named = prepare<{ id: number }>(
    connection,
    `SELECT e.id FROM store.evidence_names n JOIN store.evidence e ON e.id = n.evidence_id JOIN evidence i ON i.id = e.id
     WHERE n.shop = ? AND n.name = 'n:' || ? AND e.status <> 'joined' ORDER BY e.id LIMIT 1`,
  );
  const sent = prepareTexts<MessageRow>(
    connection,
    `SELECT e.status, e.received_at AS receivedAtMs, o.canonical_id AS orderId, e.packed, e.body
     FROM evidence_keys k JOIN store.evidence e ON e.id = k.evidence_id LEFT JOIN store.orders o ON o.id = e.order_id
     WHERE k.key = ? LIMIT 1`,
  );

  const listed = (row: UnjoinedRow): Listed => ({
    atMs: row.receivedAtMs,
    rank: 2 * row.id + 1,
    describe: () => (isLater.get(row.name, row.id) ? undefined : toFound(row)),
  });
  const reports = (id: number): UnjoinedRow[] => {
    const own = one.get(id);
    return own ? alike.all(own.name, MAX_REPORTS) : [];
  };

  return {
    streams: ({ shop, status }) =>
      (shop === undefined ? names.shops().map(({ name }) => name) : [shop]).flatMap((of) =>
        (status === undefined ? UNJOINED : [status]).map(
          (wanted): OrderStream =>
            ({ atMs, rank }, fromMs, max) =>
              before.all(of, wanted, atMs, Math.ceil((rank - 1) / 2), fromMs, max).map(listed),
        ),
      ),
    of: (id) => reports(id).slice(0, 1).map(listed)[0],
    named(shop, name) {
      const all = reports(named.get(shop, name)?.id ?? 0);
      const order = all[0] && toFound(all[0]);
      return order && { order, reports: all.flatMap(shownOf) };
    },
    message(shop, messageId) {
      const row = sent.get(keyOf('m', shop, messageId));
      const event = row && tryRead(row.body);
      if (!event) return undefined;
      const orderId = row.orderId ?? orderNames(event.properties)[0];
      const { receivedAtMs, status } = row;
      return {
        receivedAtMs,
        event,
        evidence: { status, ...(orderId !== undefined && { orderId }) },
      };
    },
  };
}

function shownOf({ status, receivedAtMs, body }: UnjoinedRow): Shown[] {
  const event = tryRead(body);
  return event ? [{ status, receivedAtMs, event }] : [];
}

function toFound({ shop, status, receivedAtMs, body }: UnjoinedRow): FoundOrder | undefined {
  const event = tryRead(body);
  const [id] = event ? orderNames(event.properties) : [];
  if (!event || id === undefined) return undefined;
  const total = readValue(event);
  const currency = readCurrency(event.properties);
  return {
    ...{ shop, id, placedAtMs: receivedAtMs, unjoined: status },
    ...(total !== undefined && { total }),
    ...(currency !== undefined && { currency }),
    ...{
      isPaid: false,
      isCancelled: false,
      isRefunded: false,
      sources: ['browser'],
      outcomes: [],
    },
  };
}

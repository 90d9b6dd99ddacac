import { orderNames } from '../../../../shared/order-ids.ts';
import type { Joined } from '../../../../shared/protected-event.ts';
import { type Stage, stageOf } from '../../../orders/stages.ts';
import type { ConsentChange } from '../../consent-record.ts';
import type { OrderDetail } from '../../search.ts';
import { visitorSubject } from '../../subject.ts';
import { type Connection, prepare } from '../prepare.ts';
import { tryRead } from '../stored-event.ts';
import { prepareTexts } from '../stored-text.ts';
import type { DescribeOrder, OrderRow } from './describe-order.ts';
import type { FindEvents } from './find-events.ts';
import type { Names } from './names.ts';
import type { ReadOrderFacts } from './order-facts.ts';
import type { Outcomes } from './outcomes.ts';
import type { Scan } from './scan.ts';
import type { Streams } from './streams.ts';
import type { Unjoined } from './unjoined.ts';

interface Parts {
  facts: Pick<ReadOrderFacts, 'reportsOf'>;
  streams: Pick<Streams, 'event'>;
  names: Pick<Names, 'knownShop'>;
  scan: Pick<Scan, 'catchUp' | 'snapshot'>;
  outcomes: Pick<Outcomes, 'destinations'>;
  describeOrder: DescribeOrder;
  findEvents: Pick<FindEvents, 'read' | 'requestsOf'>;
  unjoined: Pick<Unjoined, 'named'>;
}

/** Everything about one order. */
export function createOrderDetail(
  connection: Connection,
  { facts, streams, names, scan, outcomes, describeOrder, findEvents, unjoined }: Parts,
) {
  const find = prepare<OrderRow & { subjects: string | null }>(
    connection,
    `SELECT o.id, o.shop, o.canonical_id AS canonicalId, o.subjects
     FROM store.order_names n JOIN store.orders o ON o.id = n.order_id WHERE n.shop = ? AND n.name = ?`,
  );
  const namesOf = prepare<{ name: string; isTrusted: number }>(
    connection,
    'SELECT name, is_trusted AS isTrusted FROM store.order_names WHERE order_id = ? ORDER BY is_trusted DESC, name',
  );
  const stages = prepare<{ stage: Stage; part: string; seq: number }>(
    connection,
    'SELECT stage, part, seq FROM store.order_stages WHERE order_id = ? ORDER BY seq',
  );
  const evidence = prepareTexts<Omit<OrderDetail['evidence'][number], 'event'> & { body: string }>(
    connection,
    `SELECT status, received_at AS receivedAtMs, packed, body FROM store.evidence
     WHERE order_id = ?1 OR id IN (SELECT evidence_id FROM store.evidence_names n
       JOIN store.order_names o ON o.shop = n.shop AND n.name = 'n:' || o.name WHERE o.order_id = ?1)
     ORDER BY received_at, id`,
  );
  const consent = prepare<{ record: string }>(
    connection,
    'SELECT record FROM store.consents WHERE shop = ? AND subject = ?',
  );

  function stagesOf(shop: string, orderId: number, isLate: boolean): OrderDetail['stages'] {
    const shopId = names.knownShop(shop);
    return stages.all(orderId).map(({ stage, part, seq }) => {
      const indexed = shopId === undefined ? undefined : streams.event(shopId, seq);
      const found = indexed && findEvents.read(indexed, isLate);
      return {
        ...{ stage, seq, outcomes: found?.outcomes ?? [], requests: findEvents.requestsOf(seq) },
        ...(part !== '' && { part }),
        ...(found && { event: found.event }),
      };
    });
  }

  function consentsOf(shop: string, subjects: readonly string[]): OrderDetail['consents'] {
    const known = new Set(subjects.filter((subject) => subject !== ''));
    return [...known].flatMap((subject) => {
      const row = consent.get(shop, subject);
      const { history } = row ? (JSON.parse(row.record) as { history: ConsentChange[] }) : { history: [] };
      return history.length > 0 ? [{ subject, changes: history }] : [];
    });
  }

  /** What only pages reported: no destination is sent anything of it. */
  function readUnjoined(shop: string, name: string): OrderDetail | undefined {
    const found = unjoined.named(shop, name);
    if (!found) return undefined;
    const events = found.reports.map(({ event }) => event);
    const all = new Set(events.flatMap(({ properties }) => orderNames(properties)));
    return {
      ...found.order,
      names: [...all].map((name) => ({ name, isTrusted: false })),
      ...{ reports: [], evidence: found.reports, stages: [] },
      consents: consentsOf(
        shop,
        events.map(({ identity }) => visitorSubject(identity.anonymousId)),
      ),
    };
  }

  function read(shop: string, name: string, isLate: boolean): OrderDetail | undefined {
    const row = find.get(shop, name);
    if (!row) return readUnjoined(shop, name);
    const subjects: Joined[] = JSON.parse(row.subjects ?? '[]');
    return {
      ...describeOrder(row, outcomes.destinations(shop), isLate),
      names: namesOf.all(row.id).map((one) => ({ name: one.name, isTrusted: one.isTrusted === 1 })),
      reports: facts.reportsOf(row.id).map(({ source, stage, receivedAtMs, isReduced, event }) => ({
        ...{ source, stage, receivedAtMs, isReduced, event },
      })),
      evidence: evidence.all(row.id).flatMap(({ status, receivedAtMs, body }) => {
        const event = tryRead(body);
        return event && stageOf(event) ? [{ status, receivedAtMs, event }] : [];
      }),
      stages: stagesOf(shop, row.id, isLate),
      consents: consentsOf(
        shop,
        subjects.map(([subject]) => subject),
      ),
    };
  }

  return (shop: string, name: string): OrderDetail | undefined => {
    scan.catchUp();
    return scan.snapshot((isLate) => read(shop, name, isLate));
  };
}

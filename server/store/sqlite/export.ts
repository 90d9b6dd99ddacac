import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { describeConsent } from '../consent-record.ts';
import type { Exported, PersonQuery } from '../person.ts';
import { personSubject, visitorSubject } from '../subject.ts';
import { CHUNK, pages } from './chunks.ts';
import type { Consents } from './consents.ts';
import type { DeadLetterRow } from './dead-letters.ts';
import type { ErasedOrders } from './erased-orders.ts';
import type { FindPerson, FoundPerson } from './find-person.ts';
import type { History } from './history.ts';
import { createGone, type LedgerRows } from './ledger.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';
import { tryRead } from './stored-event.ts';
import { prepareTexts } from './stored-text.ts';

interface Parts {
  findPerson: FindPerson;
  history: History;
  ledger: LedgerRows;
  erasedOrders: ErasedOrders;
  consents: Pick<Consents, 'history'>;
}

/** Dead letters are read by the caller. */
type ExportedRows = Omit<Exported, 'deadLetters'> & { deadLetters: DeadLetterRow[] };

const time = (ms: number) => new Date(ms).toISOString();

/** What an erasure of the same person would remove. */
export function createExport({ connection }: OpenStore, parts: Parts) {
  const { findPerson, history, ledger, erasedOrders } = parts;
  const eventOf = prepareTexts<{ body: string; encryptedPii: string | null }>(
    connection,
    'SELECT packed, body, sealed AS encryptedPii FROM events e LEFT JOIN seals s ON s.seq = e.seq WHERE e.seq = ?',
  );
  const deadLettersOf = prepareTexts<DeadLetterRow>(
    connection,
    `SELECT d.id, c.name AS consumer, e.packed, e.body, d.reason, d.answer, d.attempt, d.at AS atMs
     FROM dead_letters d JOIN consumers c ON c.id = d.consumer JOIN events e ON e.seq = d.seq WHERE d.seq = ?`,
  );
  const reportsOf = prepareTexts<{ body: string }>(
    connection,
    'SELECT packed, body FROM order_reports WHERE order_id = ? ORDER BY received_at',
  );
  const evidenceOf = prepareTexts<{ status: string; body: string }>(
    connection,
    'SELECT status, packed, body FROM evidence WHERE id = ?',
  );
  const viewsOf = prepare<{
    id: number;
    visitor: string;
    userId: string;
    atMs: number;
    tokens: string;
    body: string;
  }>(
    connection,
    `SELECT id, visitor, user_id AS userId, received_at AS atMs, tokens, body FROM views
     WHERE shop = ? AND id > ? ORDER BY id LIMIT ?`,
  );
  const linksOf = prepare<{ userId: string; key: string; atMs: number }>(
    connection,
    'SELECT user_id AS userId, key, at AS atMs FROM person_links WHERE shop = ? AND user_id = ?',
  );

  const read = (bodies: readonly { body: string }[]): ProtectedEvent[] =>
    bodies.flatMap(({ body }) => tryRead(body) ?? []);

  function* views(shop: string, { person }: FoundPerson): Generator<undefined, Exported['views']> {
    const found: Exported['views'] = [];
    for (const rows of pages((after) => viewsOf.all(shop, after, CHUNK))) {
      for (const { visitor, userId, atMs, tokens, body } of rows)
        if (person.browsers.has(visitor) || person.ids.has(userId))
          found.push({ tokens: JSON.parse(tokens), at: time(atMs), shown: JSON.parse(body) });
      yield;
    }
    return found;
  }

  return function* exportPerson(shop: string, query: PersonQuery): Generator<undefined, ExportedRows> {
    const found = yield* findPerson(shop, query);
    const { person, orders, userIds, claimed } = found;
    const relations = new Map(found.events.map(({ id, relation }) => [id, relation]));
    for (const seq of erasedOrders.events(orders)) relations.set(seq, 'own');
    const seqs = [...relations.keys()].sort((a, b) => a - b);
    const gone = createGone();
    const events: Exported['events'] = [];
    for (const [index, seq] of seqs.entries()) {
      const row = eventOf.get(seq);
      const event = tryRead(row?.body ?? '');
      if (index % CHUNK === CHUNK - 1) yield;
      if (!event) continue;
      const isMention = relations.get(seq) === 'mentioned';
      if (!isMention) gone.addEvent(event);
      const encryptedPii = row?.encryptedPii ?? undefined;
      events.push({
        event,
        ...(isMention ? { mentions: true as const } : encryptedPii !== undefined && { encryptedPii }),
      });
    }
    const orderReports = orders.map(({ id, canonicalId }) => {
      const order = erasedOrders.describe(id, canonicalId);
      gone.addOrder(order);
      return { orderId: canonicalId, names: order.names, reports: read(reportsOf.all(id)) };
    });
    const evidence = found.evidence.flatMap(({ id }) => {
      const row = evidenceOf.get(id);
      const event = tryRead(row?.body ?? '');
      return row && event ? [{ status: row.status, event }] : [];
    });
    const keys: Exported['ledger'] = [];
    yield* ledger.keysOf(shop, gone, (consumer, rows) => {
      for (const { key, remoteId } of rows)
        keys.push({ consumer, key, ...(remoteId !== null && { remoteId }) });
    });
    const shown = yield* views(shop, found);
    const consents = [
      ...[...person.browsers].flatMap((id) =>
        describeConsent(id, parts.consents.history(shop, visitorSubject(id))),
      ),
      ...[...person.ids].flatMap((id) =>
        describeConsent(id, parts.consents.history(shop, personSubject(id))),
      ),
    ];
    const links = [...person.ids].flatMap((id) =>
      linksOf.all(shop, id).map(({ userId, key, atMs }) => ({ userId, key, at: time(atMs) })),
    );
    const isFound = [seqs, orderReports, found.reports, evidence, shown, consents, links].some(
      ({ length }) => length > 0,
    );
    return {
      isFound,
      userIds,
      browsers: isFound ? [...person.browsers].filter((id) => !person.ids.has(id)) : [],
      orders: orders.map(({ canonicalId }) => canonicalId),
      claimed,
      events,
      orderReports,
      evidence,
      views: shown,
      consents,
      links,
      deadLetters: seqs.flatMap((seq) => deadLettersOf.all(seq)),
      deliveries: yield* history.of(shop, new Set(seqs)),
      ledger: keys,
    };
  };
}

import type { OrderClaim } from '../../orders/claim.ts';
import type { Stage } from '../../orders/stages.ts';
import { visitorSubject } from '../subject.ts';
import { createAbsent, createAhead, type ShopKey } from './ahead.ts';
import type { AloneOrders } from './alone.ts';
import type { OpenStore } from './open-store.ts';
import type { Order } from './order.ts';
import { prepare } from './prepare.ts';
import { prepareTexts, toStoredText } from './stored-text.ts';
import { tokenKey } from './token-key.ts';

/** How long before an order's first report an address may have been seen to count as a witness. */
const WITNESS_MS = 60 * 60_000;
/** Of one token or address more candidates than this are not looked at. */
const MOST_CANDIDATES = 20;
/** More reports than this that deny a purpose or grant none, of one address since an hour before the order: it proves none. */
const MOST_DENIALS = 20;
/**
 * An order joins this many reports, and as many denials; of visitors without an id of their own as many again. A genuine
 * one has a page or two. Whatever proves a report beyond that, it stays unjoined and closes like any other. A witness
 * alone fills half, so that a page that shows a token finds room.
 */
const MOST_JOINED = { byToken: 20, byWitness: 10 } as const;

/** One report of a browser where its word does not make an order. */
export interface EvidenceRow {
  id: number;
  stage: Stage;
  receivedAtMs: number;
  visitor: string;
  userId: string | null;
  witness: string | null;
  body: string;
}

/** Who sent it, when, and the text to keep. */
export type Shown = Pick<EvidenceRow, 'visitor' | 'receivedAtMs' | 'body'>;
/** The same of an order's report; `isDenying`: it denies a purpose, or grants none. */
export type Sent = Shown & Pick<EvidenceRow, 'witness'> & { isDenying: boolean };

/** Marks the subject of a visitor who denied every purpose, in the place of the visitor's id. */
const DENIED = '~';
export const deniedVisitor = (subject: string): string => `${DENIED}${subject}`;
export const isDenial = ({ visitor }: Pick<EvidenceRow, 'visitor'>): boolean => visitor.startsWith(DENIED);
/** The same for a visitor's reports before and after the denial. */
export const visitorKey = (visitor: string): string =>
  visitor.startsWith(DENIED) ? visitor : deniedVisitor(visitorSubject(visitor) || visitor);

/** True where the visitor's id is one that only its browser can know. Without, anybody may send the same. */
export const isOwnVisitor = (visitor: string): boolean =>
  isDenial({ visitor }) ? visitor !== DENIED : visitorSubject(visitor) !== '';

/**
 * What tells apart who reported the same order. Without an id of its own that is the address, and the hour: a report from
 * another address, or from before the address counts as a witness, does not take the place of the buyer's.
 */
export const senderParts = ({
  visitor,
  witness,
  receivedAtMs,
}: Pick<EvidenceRow, 'visitor' | 'witness' | 'receivedAtMs'>): string[] =>
  isOwnVisitor(visitor) ? [visitor] : [visitor, witness ?? '', `${Math.floor(receivedAtMs / WITNESS_MS)}`];

const COLUMNS = `e.id, e.stage, e.received_at AS receivedAtMs, e.visitor, e.user_id AS userId, e.witness, e.packed, e.body`;
const byNameKey = (name: string) => `n:${name}`;
const byTokenKey = (token: string) => `t:${tokenKey(token)}`;
/** Counts the reports of one address that deny a purpose or grant none. */
const byDenierKey = (witness: string) => `w:${witness}`;

/** True where many denials came from the address ?4 since ?2, for the order ?1. */
const IS_MASS = `(SELECT count(*) FROM (SELECT evidence_id FROM evidence_names
    WHERE shop = (SELECT shop FROM orders WHERE id = ?1) AND name = 'w:' || ?4
    ORDER BY evidence_id DESC LIMIT ${MOST_DENIALS + 1}) JOIN evidence ON id = evidence_id
  WHERE received_at >= ?2) > ${MOST_DENIALS}`;
/**
 * What names the order ?1, from the address ?4 between ?2 and ?3. Whatever a report calls its order: all stages of it are
 * given the same evidence.
 */
const WITNESSED = `evidence e WHERE e.id IN (SELECT n.evidence_id FROM order_names o
    JOIN evidence_names n ON n.shop = o.shop AND n.name = 'n:' || o.name WHERE o.order_id = ?1)
  AND e.received_at BETWEEN ?2 AND ?3 AND e.witness = ?4
  AND NOT (EXISTS (SELECT 1 FROM evidence_names d
    WHERE d.shop = e.shop AND d.name = 'w:' || e.witness AND d.evidence_id = e.id) AND ${IS_MASS})`;

/** Reports of browsers, and which of them belongs to an order by proof. */
export type EvidenceStore = ReturnType<typeof createEvidence>;

/** Removes one report with its names. Returns how many rows there were. */
export function createRemoveEvidence(connection: OpenStore['connection']): (id: number) => number {
  const statements = ['evidence_names WHERE evidence_id', 'evidence WHERE id'].map((rows) =>
    prepare(connection, `DELETE FROM ${rows} = ?`),
  );
  return (id) => statements.reduce((removed, statement) => removed + statement.changed(id), 0);
}

/** What was denied without an id, by the names and tokens of an order. */
export function createDenialsOf(connection: OpenStore['connection']) {
  const found = prepare<{ id: number }>(
    connection,
    `SELECT e.id FROM evidence_names n JOIN evidence e ON e.id = n.evidence_id
     WHERE n.shop = ? AND n.name = ? AND e.visitor = '${DENIED}'`,
  );
  const tokensOf = prepare<{ token: string }>(
    connection,
    "SELECT substr(name, 3) AS token FROM evidence_names WHERE evidence_id = ? AND name LIKE 't:%'",
  );
  const removeEvidence = createRemoveEvidence(connection);
  return {
    /** Returns the tokens that were shown with it. */
    remove(shop: string, names: readonly string[], tokens: readonly string[]): string[] {
      const keys = [...names.map(byNameKey), ...tokens.map(byTokenKey)];
      const ids = new Set(keys.flatMap((key) => found.all(shop, key)).map(({ id }) => id));
      return [...ids].flatMap((id) => {
        const shown = tokensOf.all(id).map(({ token }) => token);
        removeEvidence(id);
        return shown;
      });
    },
  };
}

export function createEvidence(store: OpenStore, alone: AloneOrders) {
  const { connection } = store;
  const insert = prepare<{ id: number }>(
    connection,
    `INSERT INTO evidence (shop, key, stage, status, received_at, visitor, user_id, witness, packed, body)
     VALUES (?, ?, ?, 'open', ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
  );
  const addName = prepare(
    connection,
    'INSERT INTO evidence_names (shop, name, evidence_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const withToken = prepareTexts<EvidenceRow>(
    connection,
    `SELECT ${COLUMNS} FROM evidence_names n JOIN evidence e ON e.id = n.evidence_id
     WHERE n.shop = ?1 AND n.name = ?2 AND e.status = 'open' AND e.received_at <= ?3
     ORDER BY e.received_at DESC LIMIT ${MOST_CANDIDATES}`,
  );
  const withWitness = prepareTexts<EvidenceRow>(
    connection,
    `SELECT ${COLUMNS} FROM ${WITNESSED} AND e.status = 'open' AND e.visitor IN (SELECT CAST(value AS TEXT) FROM json_each(?5))
     ORDER BY e.received_at DESC LIMIT ${MOST_CANDIDATES}`,
  );
  const witnesses = prepare<{ visitor: string | null }>(
    connection,
    `SELECT DISTINCT visitor FROM (
       SELECT e.visitor FROM ${WITNESSED}
       UNION ALL SELECT visitor FROM evidence WHERE order_id = ?1
       UNION ALL SELECT v.visitor FROM order_tokens o JOIN token_views t ON t.shop = o.shop AND t.token = o.token
         JOIN views v ON v.id = t.view_id
       WHERE o.order_id = ?1 AND t.first_at <= ?3 AND v.user_id IN ('', coalesce(?5, v.user_id))) LIMIT ${MOST_CANDIDATES}`,
  );
  const setJoined = prepare(
    connection,
    `UPDATE evidence SET status = 'joined', order_id = ?2, closed_at = ?3 WHERE id = ?1`,
  );
  const joinedOf = prepareTexts<EvidenceRow & { orderId: number }>(
    connection,
    `SELECT ${COLUMNS}, e.order_id AS orderId FROM evidence e
     WHERE e.order_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) ORDER BY e.received_at DESC, e.id DESC`,
  );
  const unused = createAbsent(store, 'evidence_names', 'name');
  const joinedAhead = createAhead<number, ReturnType<typeof joinedOf.all>[number]>(store);

  const isOtherUser = (userId: string | null, order: Order) =>
    Boolean(userId) && order.userId !== null && userId !== order.userId;
  /** What the buyer's address proves by the order's names, as statements take it. */
  const witnessedTo = ({ id, reportedAtMs, windowUntilMs, witness }: Order) =>
    [id, reportedAtMs - WITNESS_MS, windowUntilMs, witness] as const;
  /**
   * A witness proves something only where it points to one visitor: of those with the order's names, its tokens, and those
   * joined. Whoever has no id of its own counts only where nobody else has.
   */
  const visitorsOf = (order: Order): string[] => {
    const found = witnesses.all(...witnessedTo(order), order.userId).map(({ visitor }) => visitor ?? '');
    const own = found.filter(isOwnVisitor);
    const visitors = own.length > 0 ? own : found;
    return new Set(visitors.map(visitorKey)).size === 1 ? visitors : [];
  };
  /** What is open and belongs to the order by the buyer's address. */
  const witnessed = (order: Order): EvidenceRow[] => {
    const visitors = order.witness === null ? [] : visitorsOf(order);
    return visitors.length > 0 ? withWitness.all(...witnessedTo(order), JSON.stringify(visitors)) : [];
  };

  const visitorsJoined = prepare<Pick<EvidenceRow, 'visitor'>>(
    connection,
    'SELECT visitor FROM evidence WHERE order_id = ?',
  );
  /** Answers whether it joined. */
  function join(row: EvidenceRow, order: Order, by: keyof typeof MOST_JOINED, nowMs: number): boolean {
    const isAlike = (joined: Pick<EvidenceRow, 'visitor'>) =>
      isDenial(joined) === isDenial(row) && isOwnVisitor(joined.visitor) === isOwnVisitor(row.visitor);
    const alike = visitorsJoined.all(order.id).filter(isAlike);
    if (alike.length >= MOST_JOINED[by]) return false;
    setJoined.run(row.id, order.id, nowMs);
    alone.end(order.id);
    return true;
  }

  return {
    /** Undefined when the same sender reported the same stage of the same order before. */
    put(
      shop: string,
      key: Uint8Array,
      { stage, names, tokens, userId }: OrderClaim,
      { visitor, receivedAtMs, witness, body, isDenying }: Sent,
    ): EvidenceRow | undefined {
      const sender = [visitor, userId ?? null, witness] as const;
      const id = insert.get(shop, key, stage, receivedAtMs, ...sender, ...toStoredText(body))?.id;
      if (id === undefined) return undefined;
      const counted = isDenying && witness !== null ? [byDenierKey(witness)] : [];
      for (const name of [...names.map(byNameKey), ...tokens.map(byTokenKey), ...counted]) {
        unused.end(shop, name);
        addName.run(shop, name, id);
      }
      return { id, stage, receivedAtMs, visitor, userId: userId ?? null, witness, body };
    },

    /** Joins what is open and belongs to this order. Answers what joined now. */
    joinTo(shop: string, order: Order, tokens: readonly string[], nowMs: number): EvidenceRow[] {
      const joinAll = (rows: readonly EvidenceRow[], by: keyof typeof MOST_JOINED) =>
        rows.filter((row) => !isOtherUser(row.userId, order) && join(row, order, by, nowMs));
      // First what a token proves: a witness that points to another visitor than this proves nothing.
      const shown = joinAll(
        tokens
          .map(byTokenKey)
          .filter((token) => !unused.has(shop, token))
          .flatMap((token) => withToken.all(shop, token, order.windowUntilMs)),
        'byToken',
      );
      const joined = [...shown, ...joinAll(witnessed(order), 'byWitness')];
      return [...new Map(joined.map((row) => [row.id, row])).values()];
    },

    /** Joins a browser's report to the order it proves to belong to; undefined when it proves nothing. */
    joinLate(
      row: EvidenceRow,
      { byToken, byName }: Record<'byToken' | 'byName', readonly Order[]>,
      nowMs: number,
    ): Order | undefined {
      const isMine = (order: Order) => !isOtherUser(row.userId, order);
      const shown = byToken.find((order) => row.receivedAtMs <= order.windowUntilMs && isMine(order));
      if (shown) return join(row, shown, 'byToken', nowMs) ? shown : undefined;
      const named = byName.find(
        (order) =>
          row.witness === order.witness && isMine(order) && witnessed(order).some(({ id }) => id === row.id),
      );
      return named && join(row, named, 'byWitness', nowMs) ? named : undefined;
    },

    /** Latest first. */
    joined({ id }: Order): EvidenceRow[] {
      if (alone.get(id)) return [];
      return (joinedAhead.get(id) ?? joinedOf.all(`[${id}]`)).slice(0, MOST_CANDIDATES);
    },
    /** Tokens of orders that are accepted next. */
    readAhead: (tokens: readonly ShopKey[]) =>
      unused.look(tokens.map(([shop, token]) => [shop, byTokenKey(token)])),
    /** Orders whose stages are composed next. */
    readJoinedAhead: (ids: readonly number[]) =>
      joinedAhead.keep(ids, joinedOf.all(JSON.stringify(ids)), ({ orderId }) => orderId),
  };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { stateOf } from '../../../../shared/consent.ts';
import { orderNames } from '../../../../shared/order-ids.ts';
import { stageOf } from '../../../orders/stages.ts';
import type { ShopOrders } from '../../store.ts';
import { visitorSubject } from '../../subject.ts';
import { AUDIENCE } from '../audience.ts';
import { formerRecord } from '../consents.ts';
import type { Database } from '../database.ts';
import { orderKeyOf, toBlob } from '../dedup-keys.ts';
import { prepare } from '../prepare.ts';
import { readStored, withFields } from '../stored-event.ts';
import { removeDatabase } from './files.ts';
import { type FormerEvent, formerKeyOf, readFormerStage } from './former-keys.ts';
import { type FormerOrder, type FormerOrders, openFormerOrders } from './former-orders.ts';

interface UpgradeParts {
  database: Database;
  dataDir: string;
  shops: Readonly<Record<string, ShopOrders>>;
  nowMs: number;
  /** Called after each chunk, with how many rows of the step are done. */
  onProgress: (step: string, done: number) => void;
}

/** Where an interrupted upgrade continues. */
type Position =
  | { step: 'orders'; shop?: string; canonicalId?: string; done?: number }
  | { step: 'events'; after?: number; done?: number }
  | { step: 'ledger'; done?: number };

interface KnownOrder {
  id: number;
  canonicalId: string;
}

const ORDERS_PER_CHUNK = 200;
const EVENTS_PER_CHUNK = 2_000;
const KEYS_PER_CHUNK = 5_000;

/**
 * Fills in what the tables of this version have and those of an earlier one had not: orders from the statistics, voices
 * and audiences of stored events, the ledger from its own file. Each chunk is one transaction that records where the next
 * one begins, so an interrupted upgrade continues at the next start.
 */
export function upgradeStore(parts: UpgradeParts): void {
  const { database, dataDir, nowMs, onProgress } = parts;
  const { connection } = database;
  const read = prepare<{ value: string }>(connection, "SELECT value FROM facts WHERE name = 'upgrade'");
  const write = prepare(connection, "UPDATE facts SET value = ? WHERE name = 'upgrade'");
  const finish = prepare(connection, "DELETE FROM facts WHERE name = 'upgrade'");
  const setUpgraded = prepare(connection, "INSERT OR REPLACE INTO facts VALUES ('upgraded-at', ?)");
  const start = prepare(connection, "INSERT INTO facts VALUES ('upgrade', ?)");
  // The ledger's file alone: its store was moved away to start empty.
  if (!read.get() && existsSync(join(dataDir, 'state.db'))) start.run('{"step":"ledger"}');
  const started = read.get();
  if (started) {
    const former = openFormerOrders(dataDir);
    const step = createSteps(parts, former);
    try {
      let position: Position | undefined = JSON.parse(started.value);
      while (position) {
        const current: Position = position;
        position = database.transaction(() => {
          const next = step(current);
          if (next) write.run(JSON.stringify(next));
          else {
            finish.run();
            setUpgraded.run(`${nowMs}`);
          }
          return next;
        });
        onProgress(current.step, position?.done ?? 0);
      }
    } finally {
      former?.close();
    }
  }
  // Only now: an interruption before would have lost it.
  removeDatabase(dataDir, 'state');
}

/** One chunk of work. Answers where the next begins; undefined at the end. */
function createSteps(parts: UpgradeParts, former: FormerOrders | undefined) {
  const copyLedger = createLedgerCopy(parts);
  const orders = createOrderUpgrade(parts);
  const upgradeEvents = createEventUpgrade(parts, former, orders.find);
  return (position: Position): Position | undefined => {
    const { done = 0 } = position;
    if (position.step === 'orders') {
      const { shop = '', canonicalId = '' } = position;
      const found = former?.page({ shop, canonicalId }, ORDERS_PER_CHUNK) ?? [];
      found.forEach(orders.add);
      const last = found.at(-1);
      if (!last) return { step: 'events' };
      return {
        ...{ step: 'orders', shop: last.shop, canonicalId: last.canonicalId },
        done: done + found.length,
      };
    }
    if (position.step === 'events') {
      const after = upgradeEvents(position.after ?? 0);
      return after === undefined
        ? { step: 'ledger' }
        : { step: 'events', after, done: done + EVENTS_PER_CHUNK };
    }
    const copied = copyLedger(done);
    return copied === 0 ? undefined : { step: 'ledger', done: done + copied };
  };
}

function createOrderUpgrade({ database: { connection }, shops, nowMs }: UpgradeParts) {
  const insert = prepare(
    connection,
    `INSERT INTO orders (shop, canonical_id, reported_at, window_until, user_id, event_id, is_cancelled)
     VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING`,
  );
  const idOf = prepare<{ id: number }>(
    connection,
    'SELECT id FROM orders WHERE shop = ? AND canonical_id = ?',
  );
  const addName = prepare(
    connection,
    'INSERT OR IGNORE INTO order_names (shop, name, order_id, is_trusted) VALUES (?, ?, ?, ?)',
  );
  const addReport = prepare(
    connection,
    'INSERT OR IGNORE INTO order_reports (order_id, source, stage, part, received_at, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const addStage = prepare(connection, "INSERT OR IGNORE INTO order_stages VALUES (?, ?, '', 0)");
  const addVoice = prepare(
    connection,
    `INSERT INTO shop_voices VALUES (?1, ?2, ?2)
     ON CONFLICT DO UPDATE SET first_order_at = min(first_order_at, ?2), last_order_at = max(last_order_at, ?2)`,
  );
  const hasKey = prepare<object>(
    connection,
    'SELECT 1 FROM seen WHERE shop = ? AND key = ? AND expires_at > ?',
  );
  const wasSent = (shop: string, key: string) =>
    hasKey.get(shop, toBlob(orderKeyOf(key)), nowMs) !== undefined;

  function add({ shop, canonicalId, names, isPlatform, reports }: FormerOrder): void {
    // What pages alone reported makes no order where the shop's own system is to be believed.
    if (!isPlatform && (shops[shop]?.ordersFrom ?? 'browser') !== 'browser') return;
    const sent = (['placed', 'paid', 'cancelled'] as const).filter((stage) =>
      names.some((name) => wasSent(shop, formerKeyOf(stage, name))),
    );
    const times = reports.map(({ receivedAt }) => Date.parse(receivedAt));
    const atMs = times.length > 0 ? Math.min(...times) : nowMs;
    const userId = reports.find(({ source }) => source === 'platform')?.identity.userId ?? null;
    const eventId = sent.includes('placed') ? `order:${canonicalId}` : null;
    insert.run(shop, canonicalId, atMs, userId, eventId, Number(sent.includes('cancelled')));
    const id = idOf.get(shop, canonicalId)?.id ?? 0;
    for (const name of new Set([canonicalId, ...names])) addName.run(shop, name, id, Number(isPlatform));
    for (const stage of sent) addStage.run(id, stage);
    for (const report of reports)
      addReport.run(
        ...[id, report.source, 'placed', ''],
        Date.parse(report.receivedAt),
        JSON.stringify(report),
      );
    if (isPlatform) addVoice.run(shop, atMs);
  }
  const named = prepare<KnownOrder>(
    connection,
    `SELECT id, canonical_id AS canonicalId FROM orders
     WHERE id = (SELECT order_id FROM order_names WHERE shop = ? AND name = ?)`,
  );
  const find = (shop: string, names: readonly string[]) =>
    names.map((name) => named.get(shop, name)).find((order) => order !== undefined);
  return { add, find };
}

/** Voice, audience and order of stored events; a stage not sent yet is composed when it is leased. */
function createEventUpgrade(
  { database: { connection } }: UpgradeParts,
  former: FormerOrders | undefined,
  findOrder: (shop: string, names: readonly string[]) => KnownOrder | undefined,
) {
  const last = prepare<{ seq: number | null }>(
    connection,
    'SELECT max(seq) AS seq FROM (SELECT seq FROM events WHERE seq > ? ORDER BY seq LIMIT ?)',
  );
  const page = prepare<{ seq: number; shop: string; holdUntilMs: number | null; body: string }>(
    connection,
    `SELECT seq, shop, hold_until AS holdUntilMs, body FROM events WHERE seq > ? AND seq <= ? AND
       (order_key IS NOT NULL OR instr(body, '"source":"webhook"') OR instr(body, '"only":"statistics"'))`,
  );
  const update = prepare(
    connection,
    'UPDATE events SET voice = ?2, audience = ?3, compose = ?4, order_id = ?5, body = ?6 WHERE seq = ?1',
  );
  const addStage = prepare(
    connection,
    `INSERT INTO order_stages VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET seq = max(seq, ?4)`,
  );
  const keepOpen = prepare(
    connection,
    'UPDATE orders SET window_until = max(window_until, ?2) WHERE id = ?1',
  );
  /** Destinations are not sent what statistics alone count. */
  const settle = prepare(
    connection,
    `DELETE FROM deliveries WHERE seq = ?
       AND consumer IN (SELECT id FROM consumers WHERE name NOT LIKE 'statistics@%')`,
  );

  function upgradeOne(seq: number, shop: string, holdUntilMs: number | null, body: string): void {
    const event: FormerEvent | undefined = tryRead(body);
    if (!event) return;
    const voice = Number(event.source !== 'browser');
    const stage = readFormerStage(event);
    const reported = stageOf(event) === undefined ? [] : orderNames(event.properties);
    const order = findOrder(shop, stage ? [stage.canonicalId, ...reported] : reported);
    const named = (text: string) => (order ? withFields(text, { orderId: order.canonicalId }) : text);
    if (event.only !== undefined) {
      update.run(seq, voice, AUDIENCE.statistics, 0, order?.id ?? null, named(body));
      settle.run(seq);
      return;
    }
    const orderId = stage && order?.id;
    const isCheckout = event.event === 'Checkout Started' && event.orderKey !== undefined;
    const frozenName = stage?.frozenName ?? (isCheckout ? ` ${event.orderKey}` : undefined);
    const frozen = frozenName === undefined ? undefined : former?.frozen(shop, frozenName);
    if (stage && orderId !== undefined) {
      addStage.run(orderId, stage.stage, stage.part, seq);
      if (holdUntilMs !== null) keepOpen.run(orderId, holdUntilMs);
    }
    const isComposed = frozen === undefined && (orderId !== undefined || (isCheckout && voice === 1));
    const sent = frozen === undefined ? body : withMessageId(frozen, event.messageId);
    const compose = frozen === undefined ? Number(isComposed) : 2;
    update.run(seq, voice, AUDIENCE.all, compose, orderId ?? null, named(sent));
  }

  const recordChoices = createChoiceUpgrade(connection);
  return (after: number): number | undefined => {
    const end = last.get(after, EVENTS_PER_CHUNK)?.seq;
    if (end === null || end === undefined) return undefined;
    recordChoices(after, end);
    for (const { seq, shop, holdUntilMs, body } of page.all(after, end))
      upgradeOne(seq, shop, holdUntilMs, body);
    return end;
  };
}

/** What visitors chose becomes their consent record. Assumed answers and ids that can be guessed do not. */
function createChoiceUpgrade(connection: DatabaseSync) {
  const choices = prepare<{ shop: string; receivedAtMs: number; visitor: string; consent: string }>(
    connection,
    `SELECT shop, received_at AS receivedAtMs, body ->> '$.identity.anonymousId' AS visitor, body -> '$.consent' AS consent
     FROM events WHERE seq > ? AND seq <= ? AND json_valid(body) AND body ->> '$.identity.anonymousId' IS NOT NULL
       AND body ->> '$.isAssumed' IS NULL AND coalesce(body ->> '$.source', 'browser') = 'browser'`,
  );
  const put = prepare(
    connection,
    `INSERT INTO consents (shop, subject, state, since, used_at, record) VALUES (?1, ?2, ?3, ?4, ?4, ?5)
     ON CONFLICT DO UPDATE SET state = ?3, used_at = ?4, record = ?5 WHERE ?4 >= used_at`,
  );
  return (after: number, end: number): void => {
    for (const { shop, receivedAtMs, visitor, consent } of choices.all(after, end)) {
      const subject = visitorSubject(visitor);
      const state = stateOf(JSON.parse(consent));
      if (subject !== '') put.run(shop, subject, state, receivedAtMs, formerRecord(state, receivedAtMs));
    }
  };
}

function tryRead(body: string): FormerEvent | undefined {
  try {
    return readStored(body);
  } catch {
    return undefined;
  }
}

/** Encrypted PII is bound to the messageId it came with. */
const withMessageId = (frozen: string, messageId: string): string =>
  JSON.stringify({ ...JSON.parse(frozen), messageId });

/** The ledger was a file of its own. */
function createLedgerCopy({ database: { connection }, dataDir }: UpgradeParts) {
  const path = join(dataDir, 'state.db');
  const put = prepare(connection, 'INSERT OR IGNORE INTO ledger VALUES (?, ?, ?, ?, ?)');
  return (from: number): number => {
    if (!existsSync(path)) return 0;
    const source = new DatabaseSync(path, { timeout: 2_000 });
    try {
      const rows = prepare<{
        consumer: string;
        key: string;
        state: string;
        remoteId: string | null;
        expiresAtMs: number;
      }>(
        source,
        `SELECT consumer, key, state, remote_id AS remoteId, expires_at AS expiresAtMs FROM ledger
         ORDER BY consumer, key LIMIT ? OFFSET ?`,
      ).all(KEYS_PER_CHUNK, from);
      for (const { consumer, key, state, remoteId, expiresAtMs } of rows)
        put.run(consumer, key, state, remoteId, expiresAtMs);
      return rows.length;
    } finally {
      source.close();
    }
  };
}

import { randomBytes } from 'node:crypto';
import { NOTHING_SAID } from '../../../shared/consent.ts';
import type { AuditEntry } from '../audit.ts';
import type { Consumer, Durability, ShopOrders } from '../store.ts';
import { createAccept } from './accept.ts';
import { createAcceptOrder } from './accept-order.ts';
import { createAloneOrders } from './alone.ts';
import { createAudit } from './audit.ts';
import { createComposeRow } from './compose-row.ts';
import { createConsents } from './consents.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createDedup } from './dedup.ts';
import { createEncryptedPii } from './encrypted-pii.ts';
import { createErase } from './erase.ts';
import { createErasedOrders } from './erased-orders.ts';
import { createEventRows } from './event-rows.ts';
import { createEvidence } from './evidence.ts';
import { createEvidenceClosing } from './evidence-closing.ts';
import { createExpire } from './expire.ts';
import { createExport } from './export.ts';
import { createFacts } from './facts.ts';
import { createFindPerson } from './find-person.ts';
import { createFormerKeys } from './former-keys.ts';
import { createHistory, type HistoryLimits } from './history.ts';
import { longestHoldMs } from './hold-times.ts';
import { createHourlyCounts } from './hourly-counts.ts';
import { createLease } from './lease.ts';
import { createLedger } from './ledger.ts';
import { createLoneViews } from './lone-views.ts';
import { createStore, type OpenStore } from './open-store.ts';
import { createOrderRetention } from './order-retention.ts';
import { createOrderSubjects } from './order-subjects.ts';
import { createOrders } from './orders.ts';
import { createPersonLinks } from './person-links.ts';
import { createEveryRow } from './person-rows.ts';
import { prepare } from './prepare.ts';
import { createQueue } from './queue.ts';
import { createRecorded } from './recorded.ts';
import { createRecordedOf } from './recorded-of.ts';
import { createRedactions } from './redactions.ts';
import { createRemove } from './remove.ts';
import { createRequeue } from './requeue.ts';
import { createRetain } from './retain.ts';
import { createSendAgain } from './send-again.ts';
import { createSettle } from './settle.ts';
import type { Tables } from './tables.ts';
import { createViews } from './views.ts';
import { createVoices } from './voices.ts';

/** What the thread is started with. */
export interface LogData extends HistoryLimits {
  dataDir: string;
  consumers: readonly Consumer[];
  /** How orders are made at each shop, by its id. */
  shops: Readonly<Record<string, ShopOrders>>;
  retentionMs: number;
  orderKeyMs: number;
  leaseMs: number;
  /** Epoch ms of the start. */
  nowMs: number;
  maxPages?: number;
}

/** The log's engine. Every time is a parameter: only the caller reads a clock. */
export function createEngine(data: LogData, tables: Tables) {
  const { consumers, retentionMs, orderKeyMs, leaseMs } = data;
  const store = createStore(tables, consumers);
  const found = tables.begin(store);
  const encryptedPii = createEncryptedPii(store);
  const remove = createRemove(store);
  const history = createHistory(store, data);
  const audit = createAudit(store);
  const facts = createFacts(store);
  const hourlyCounts = createHourlyCounts(store);
  const ledger = createLedger(store);
  const windows = { retentionMs, orderKeyMs };
  const dedup = tables.createDedup?.(store, windows) ?? createDedup(store, windows);
  const redactions = createRedactions(store);
  const shops = new Map(Object.entries(data.shops));
  const consents = createConsents(store);
  const alone = createAloneOrders(store);
  const loneViews = createLoneViews();
  store.joinTransactions({ begin() {}, rollback: loneViews.forgetAll, forget: loneViews.forgetAll });
  const orderRetention = createOrderRetention(store, windows, shops, { consents, alone, loneViews });
  const rows = createEventRows(store, remove, dedup, windows);
  const orders = createOrders(store, alone);
  const evidence = createEvidence(store, alone);
  const views = createViews(store, loneViews);
  const evidenceClosing = createEvidenceClosing(store);
  const voices = createVoices(store, shops);
  const formerKeys = createFormerKeys(store, dedup, windows);
  const erasedOrders = createErasedOrders(store, dedup, windows, loneViews);
  const acceptOrder = createAcceptOrder({
    rows,
    dedup,
    windows,
    orders,
    evidence,
    voices,
    formerKeys,
    erasedOrders,
    shops,
  });
  const personLinks = createPersonLinks(store);
  const findPerson = createFindPerson(
    { connection: store.connection, schema: 'main' },
    createEveryRow(store.connection),
  );
  const holdMs = longestHoldMs(shops.values());
  const requeue = createRequeue(store, holdMs);
  const sendAgain = createSendAgain(store, holdMs);
  const queue = createQueue(store, { requeue, sendAgain, history, audit });
  const deadLetters = createDeadLetters(store, {
    encryptedPii,
    sendAgain,
    audit,
  });
  const composeRow = createComposeRow(store, {
    ...{ orders, evidence, views },
    subjects: createOrderSubjects(consents),
  });
  const { retain, purge } = createRetain(store, {
    tables,
    ...{
      retentionMs,
      remove,
      encryptedPii,
      dedup,
      history,
      audit,
      deadLetters,
      ledger,
      composeRow,
      hourlyCounts,
    },
    orders: orderRetention,
    redactions,
  });
  const { readAhead, ...accepting } = createAccept({
    rows,
    dedup,
    formerKeys,
    windows,
    views,
    personLinks,
    consents,
    redactions,
    orders,
    evidence,
    acceptOrder,
  });
  const witnessKey = readWitnessKey(store);
  const probe = prepare(
    store.connection,
    'INSERT INTO probe (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at',
  );

  return {
    transaction: found.transaction,
    ...(store.isShared && { readAhead: { accept: readAhead } }),
    writes: {
      ...accepting,
      settle: createSettle(store, encryptedPii, ledger, history),
      addAudit: (entry: AuditEntry, nowMs: number) => audit.add(entry, nowMs),
      beginAction: audit.begin,
      endAction: audit.end,
      writeFact: facts.write,
      keepFact: facts.keep,
      addCounts: hourlyCounts.add,
      closeEvidence: evidenceClosing.close,
      confirmRedaction: redactions.confirm,
      finishRedaction: redactions.finish,
      reserve: ledger.reserve,
      check(nowMs: number): Durability {
        probe.run(nowMs);
        return tables.durability();
      },
    },
    reads: {
      found: () => ({ ...found.found, witnessKey }),
      requeueNow: queue.requeueNow,
      openEvidence: evidenceClosing.open,
      unconfirmedOrders: evidenceClosing.unconfirmed,
      depth: queue.depth,
      nextDueMs: queue.nextDueMs,
      deadLetters: deadLetters.list,
      history: history.list,
      audit: audit.list,
      readFact: facts.read,
      counts: hourlyCounts.find,
      consentHistory: consents.history,
      consentChanges() {
        consents.readForeign();
        return consents.changes();
      },
      recordedOf: createRecordedOf(store.connection, consents),
      consentStates: (shop: string, subjects: readonly string[]) =>
        subjects.map((subject) => consents.find(shop, subject)?.state ?? NOTHING_SAID),
      findKeys: ledger.find,
      personOf: personLinks.personOf,
      redactions: redactions.list,
      redaction: redactions.get,
    },
    jobs: {
      lease: createLease(
        store,
        requeue,
        { composeRow, recorded: createRecorded(consents), denials: consents.denials },
        { leaseMs, holdMs },
      ),
      expire: createExpire(store, history, leaseMs),
      replaySince: queue.replaySince,
      requeue: queue.requeue,
      replayDeadLetters: deadLetters.replay,
      discardDeadLetters: deadLetters.discard,
      erase: createErase(store, {
        tables,
        findPerson,
        remove,
        dedup,
        history,
        ledger,
        erasedOrders,
        consents,
        alone,
        loneViews,
      }),
      exportPerson: createExport(store, { findPerson, history, ledger, erasedOrders, consents }),
      purge,
      retain,
    },
    upkeep: dedup.upkeep,
    close: tables.close,
  };
}

/** Made at the first start. */
function readWitnessKey({ connection, transaction }: OpenStore): string {
  const find = prepare<{ value: string }>(connection, "SELECT value FROM facts WHERE name = 'witness-key'");
  const put = prepare(connection, "INSERT INTO facts (name, value) VALUES ('witness-key', ?)");
  return transaction(() => {
    const known = find.get()?.value;
    const key = known ?? randomBytes(32).toString('base64');
    if (known === undefined) put.run(key);
    return key;
  });
}

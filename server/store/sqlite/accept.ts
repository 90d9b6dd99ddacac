import { NOTHING_SAID } from '../../../shared/consent.ts';
import { isTrusted } from '../../orders/precedence.ts';
import type { Accepted, SignedBody } from '../store.ts';
import { personSubject, tokenSubject } from '../subject.ts';
import type { AcceptOrder, AcceptTimes } from './accept-order.ts';
import type { AcceptRow, DenialRow, Details } from './accept-row.ts';
import type { ShopKey } from './ahead.ts';
import { AUDIENCE } from './audience.ts';
import type { ConsentChanges, Consents } from './consents.ts';
import {
  bodyKey,
  type Dedup,
  type DedupKey,
  erasedKey,
  messageKey,
  OF_ALL_SHOPS,
  orderKeyOf,
  toBlob,
  type Windows,
} from './dedup-keys.ts';
import type { EventRows, NewRow } from './event-rows.ts';
import type { EvidenceStore } from './evidence.ts';
import type { FormerKeys } from './former-keys.ts';
import type { Orders } from './orders.ts';
import type { PersonLinks } from './person-links.ts';
import type { Redactions } from './redactions.ts';
import { withFields } from './stored-event.ts';
import type { Views } from './views.ts';

/** `bytes`: of what was stored. `orders`: the answers to entries that report an order, by their place. */
export interface AcceptedAll {
  isStored: boolean[];
  orders: [index: number, accepted: Accepted][];
  bytes: number;
  changes: ConsentChanges | null;
}

interface Parts {
  rows: EventRows;
  dedup: Dedup;
  formerKeys: FormerKeys;
  windows: Windows;
  views: Views;
  personLinks: PersonLinks;
  consents: Consents;
  redactions: Redactions;
  orders: Pick<Orders, 'readAhead'>;
  evidence: Pick<EvidenceStore, 'readAhead'>;
  acceptOrder: AcceptOrder;
}

const STORED: Accepted = { isStored: true };
const DUPLICATE: Accepted = { isStored: false };
const REFUSED: Accepted = { isStored: false, isRefused: true };

const rowOf = ([shop, source, , receivedAtMs, body, , , whose]: AcceptRow, message: string) => ({
  shop,
  receivedAtMs,
  holdUntilMs: null,
  messageKey: toBlob(message),
  orderKey: null,
  isTrusted: isTrusted(source),
  isComposed: false,
  orderId: null,
  visitor: whose[0],
  person: whose[1],
  body,
});

const emailSubjects = (details: Details | null): string[] =>
  (details?.person?.keys ?? [])
    .filter((key) => key.startsWith('e:'))
    .map((key) => personSubject(key.slice(2)));

/** What is asked of an entry. */
function keysOf([shop, source, messageId, , , , details]: AcceptRow): [shop: string, key: DedupKey][] {
  const names = details?.claim?.names ?? [];
  const keys = [messageKey(source, messageId)];
  if (source === 'server') keys.push(messageKey('browser', messageId));
  if (details?.key !== undefined) keys.push(orderKeyOf(details.key));
  for (const voice of isTrusted(source) ? [true] : [true, false])
    keys.push(...names.map((name) => erasedKey(name, voice)));
  return keys.map((key) => [shop, key]);
}

/** One transaction for all entries: dedup, order identity, what proves it, the events. */
export function createAccept({
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
}: Parts) {
  function acceptOne(sent: AcceptRow, times: AcceptTimes): Accepted {
    const { nowMs } = times;
    const row = withFreeId(sent, nowMs);
    const [shop, source, messageId, receivedAtMs, , encryptedPii, details] = row;
    recordChoice(row);
    // Each voice has ids of its own: no other can use them up.
    const message = messageKey(source, messageId);
    if (details?.redaction) return acceptRedaction(row, message, details, nowMs);
    if (details?.webhook) recordBody(details.webhook, nowMs);
    if (dedup.has(shop, message, nowMs) || formerKeys.hasMessage(shop, messageId, nowMs))
      return details?.claim ? acceptOrder.repeat(row, details.claim, times) : DUPLICATE;
    const key = details?.key === undefined ? null : orderKeyOf(details.key);
    if (key !== null && dedup.has(shop, key, nowMs)) {
      show(row, details);
      // Statistics read it too: it shows who began the checkout.
      dedup.add(shop, message, nowMs + windows.retentionMs);
      rows.insert({ ...rowOf(row, message), audience: AUDIENCE.statistics, encryptedPii: null });
      return DUPLICATE;
    }
    if (key !== null) dedup.add(shop, key, nowMs + windows.orderKeyMs);
    if (details) {
      show(row, details);
      if (details.person) personLinks.add(shop, details.person, receivedAtMs);
      if (details.claim) {
        const accepted = acceptOrder.report(row, message, details.claim, times);
        if (accepted) return accepted;
      }
    }
    dedup.add(shop, message, nowMs + windows.retentionMs);
    const isContested = details?.claimed && personLinks.contradicts(shop, details.claimed);
    const stored = {
      ...rowOf(row, message),
      ...(isContested && { body: withFields(row[4], { isContested: true }) }),
      orderKey: key === null ? null : toBlob(key),
      audience: AUDIENCE[details?.audience ?? 'all'],
      encryptedPii,
    };
    if (isTrusted(source) && key !== null) insertCheckout(stored);
    else rows.insert(stored);
    return STORED;
  }

  /** Destinations recognise repeats by messageId alone, whoever sent them. */
  function withFreeId(row: AcceptRow, nowMs: number): AcceptRow {
    const [shop, source, messageId, receivedAtMs, body, ...rest] = row;
    if (source !== 'server' || !dedup.has(shop, messageKey('browser', messageId), nowMs)) return row;
    return [shop, source, messageId, receivedAtMs, withFields(body, { isIdTaken: true }), ...rest];
  }

  /** The topic is not signed: a body that was received under another one asks for no erasure. Resent, it asks once. */
  function acceptRedaction(
    [shop, , , receivedAtMs, body]: AcceptRow,
    message: DedupKey,
    { redaction, webhook }: Details,
    nowMs: number,
  ): Accepted {
    if (!redaction || !webhook) return DUPLICATE;
    const wasReceivedAs = (topic: string) => dedup.has(OF_ALL_SHOPS, bodyKey(webhook.digest, topic), nowMs);
    if (redaction.topics.some((topic) => topic !== webhook.topic && wasReceivedAs(topic))) return REFUSED;
    if (wasReceivedAs(webhook.topic) || dedup.has(shop, message, nowMs)) return DUPLICATE;
    recordBody(webhook, nowMs);
    dedup.put(shop, message, nowMs + windows.retentionMs);
    redactions.add(shop, redaction, receivedAtMs, body);
    return STORED;
  }

  function recordBody({ digest, topic }: SignedBody, nowMs: number): void {
    dedup.put(OF_ALL_SHOPS, bodyKey(digest, topic), nowMs + windows.orderKeyMs);
  }

  /**
   * Destinations are sent a trusted voice's checkout with what browsers showed of it. Statistics read it as it was
   * reported, and those browsers in their own events: what was known by then would depend on the order of arrival.
   */
  function insertCheckout(stored: NewRow): void {
    rows.insert({ ...stored, audience: AUDIENCE.destinations, isComposed: true });
    rows.insert({
      ...stored,
      ...{ audience: AUDIENCE.statistics, messageKey: null, orderKey: null, encryptedPii: null },
    });
  }

  /** A browser speaks for itself and for nobody it claims to be; whoever shows a token, for the cart it belongs to. */
  function recordChoice([shop, source, , receivedAtMs, , , details, whose]: AcceptRow): void {
    const [visitor, person, choice, atMs, witness, ownMs] = whose;
    if (choice === NOTHING_SAID) return;
    const said = { choice, source, atMs, receivedAtMs, witness, ownMs };
    consents.record(shop, visitor, said);
    if (isTrusted(source)) {
      consents.record(shop, person ?? '', said);
      // An order may know the person by the email alone.
      for (const subject of emailSubjects(details)) consents.record(shop, subject, said);
    }
    for (const token of details?.shown?.tokens ?? []) consents.amend(shop, tokenSubject(token), said);
  }

  /** No event is stored: who denied what, and what proves that they belong to an order. */
  function acceptDenial(row: DenialRow, nowMs: number): void {
    const { shop, source, choice, saidAtMs, receivedAtMs, witness, ownMs, subjects } = row;
    const said = { choice, source, atMs: saidAtMs, receivedAtMs, witness, ownMs };
    for (const subject of subjects) consents.record(shop, subject, said);
    if (row.claim && !isTrusted(source)) acceptOrder.denial(row, row.claim, nowMs);
  }

  function show([shop, , , receivedAtMs]: AcceptRow, details: Details | null): void {
    const { shown, visitor } = details ?? {};
    if (shown && visitor !== undefined)
      views.put(shop, shown.tokens, shown.userId, { visitor, receivedAtMs, body: shown.evidence });
  }

  /** Entries that are accepted next, in the same transaction: what nearly each of them asks. */
  function readAhead(entries: readonly AcceptRow[]): void {
    const ofEach = (read: (details: Details) => readonly string[] | undefined): ShopKey[] =>
      entries.flatMap(([shop, , , , , , details]) =>
        ((details && read(details)) ?? []).map((key): ShopKey => [shop, key]),
      );
    dedup.readAhead?.(entries.flatMap(keysOf));
    const tokens = ofEach(({ claim }) => claim?.tokens);
    orders.readAhead(
      ofEach(({ claim }) => claim?.names),
      tokens,
    );
    evidence.readAhead(tokens);
    const shown = ofEach(({ shown }) => shown?.tokens);
    views.readAhead(shown);
    consents.readAhead([
      ...entries.flatMap(([shop, , , , , , details, [visitor, person]]) =>
        [visitor, person ?? '', ...emailSubjects(details)].map((subject): ShopKey => [shop, subject]),
      ),
      ...shown.map(([shop, token]): ShopKey => [shop, tokenSubject(token)]),
    ]);
  }

  function accept(entries: readonly AcceptRow[], nowMs: number, setByMs: number): AcceptedAll {
    const isStored: boolean[] = [];
    const answers: [number, Accepted][] = [];
    for (const [index, row] of entries.entries()) {
      const accepted = acceptOne(row, { nowMs, setByMs });
      isStored.push(accepted.isStored);
      if (accepted !== STORED && accepted !== DUPLICATE) answers.push([index, accepted]);
    }
    return { isStored, orders: answers, bytes: rows.bytes(), changes: consents.changes() };
  }

  return {
    readAhead,
    accept,
    deny(denials: readonly DenialRow[], nowMs: number): ConsentChanges | null {
      for (const denial of denials) acceptDenial(denial, nowMs);
      return consents.changes();
    },
  };
}

import type { LogOptions } from '../../server/store/open.ts';
import type { Consumer, Store } from '../../server/store/store.ts';
import { stateOf } from '../../shared/consent.ts';
import { order, waiting } from './entries.ts';
import { event } from './event.ts';

const SECOND_MS = 1000;
const DAY_MS = 86_400 * SECOND_MS;
export const START_MS = Date.parse('2026-03-01T00:00:00.000Z');
const ANN = 'ann-0123456789-0123456789';
/** PostgreSQL has no U+0000 in texts. */
const NUL = 'n\0-0123456789-0123456789';
/** Of every kind that some part of a program may trip over. */
const TEXT = 'Tée 茶 👩‍👩‍👧 "\'\\ \u2028 \ud800 \0\u0001 \n % _ {} ?1 $1';

const CONSUMERS: Consumer[] = [
  { name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' },
  { name: 'customerio', shop: 'shop', decryptsPii: true, audience: 'destinations' },
  { name: 'statistics', shop: 'shop', decryptsPii: false, audience: 'statistics' },
  { name: 'tiktok-other', shop: 'other', decryptsPii: false, audience: 'destinations' },
];

/** Two shops, of which one believes its shop system. The clock is set by the test. */
export function wholeLogOptions(dataDir: string) {
  const clock = { nowMs: START_MS };
  const options: LogOptions = {
    dataDir,
    consumers: CONSUMERS,
    shops: {
      ...waiting(30 * SECOND_MS, { ordersFrom: 'platform', hasPlatform: true, confirmMs: DAY_MS }),
      other: { ordersFrom: 'browser', mergeMs: 30 * SECOND_MS, hasPlatform: false },
    },
    retentionMs: 30 * DAY_MS,
    clock: () => clock.nowMs,
  };
  return { clock, options };
}

const received = (ms: number) => ({ receivedAt: new Date(ms).toISOString() });

/** Stores, and settles, something of every kind. */
export async function fillLog(log: Store, clock: { nowMs: number }): Promise<void> {
  const now = () => received(clock.nowMs);
  const named = (messageId: string, parts: Parameters<typeof event>[0] = {}) => ({
    event: event({ messageId, identity: { anonymousId: `${messageId}-visitor` }, ...now(), ...parts }),
  });
  const platform = (id: string, messageId: string, parts: Parameters<typeof event>[0] = {}) =>
    order(id, { source: 'platform', messageId, identity: { userId: `user-${id}` }, ...now(), ...parts });
  await log.accept([platform('first', 'first-platform')]);
  clock.nowMs += DAY_MS / 24;
  await log.accept([
    {
      ...named('viewed', { identity: { anonymousId: ANN }, properties: { title: TEXT } }),
      encryptedPii: 'v1.sealed',
      tokens: ['cart-token-00000001'],
    },
    named('dead'),
    named('retried'),
    named('skipped'),
    named('erased', { identity: { anonymousId: 'bob-0123456789-0123456789' } }),
    { ...named('nul', { identity: { anonymousId: NUL, userId: NUL } }), tokens: [NUL] },
    platform(NUL, 'nul-order', { identity: { userId: NUL } }),
    order(`${NUL}-alone`, { messageId: 'nul-alone', identity: { anonymousId: NUL }, ...now() }),
    named('others', { shop: 'other' }),
    order('other-1', { shop: 'other', messageId: 'other-order', identity: { anonymousId: ANN }, ...now() }),
    named('long', { properties: { text: `${TEXT}${'茶'.repeat(20_000)}` } }),
  ]);
  await settleSome(log, 'tiktok', { dead: 'dead', retried: 'retry', skipped: 'skip', viewed: 'ack' });
  await settleSome(log, 'customerio', { dead: 'ack', viewed: 'dead' });
  await log.accept([
    // Told by a page alone: evidence. Then an order that its shop system reports, with what the page showed.
    order('alone', { messageId: 'alone', identity: { anonymousId: ANN }, ...now() }, { witness: 'witness' }),
    order('seen-twice', {
      messageId: 'page',
      identity: { anonymousId: ANN },
      properties: { cart_token: 'cart-token-00000001' },
      ...now(),
    }),
    platform('seen-twice', 'platform', { properties: { cart_token: 'cart-token-00000001' } }),
    named('said', {
      source: 'server',
      type: 'identify',
      identity: { userId: 'user-1', anonymousId: ANN, emailSha256: 'e'.repeat(64) },
    }),
    {
      event: event({ source: 'platform', messageId: 'redact', ...now() }),
      redaction: { kind: 'customer', topics: ['a'] },
    },
    {
      event: event({ source: 'platform', messageId: 'redact-shop', ...now() }),
      redaction: { kind: 'shop', dueAtMs: clock.nowMs + DAY_MS, topics: ['a', 'b'] },
    },
  ]);
  await log.deny([
    {
      ...{ shop: 'shop', source: 'browser', messageId: 'denied', anonymousId: 'eve-0123456789-0123456789' },
      ...{ receivedAtMs: clock.nowMs, saidAtMs: clock.nowMs },
      choice: stateOf({ advertising: false, analytics: false, marketing: false }),
    },
  ]);
  await log.reserve('customerio', ['reserved', 'confirmed']);
  log.settle('customerio', {
    confirmed: [{ key: 'confirmed', remoteId: '12345678901234567890' }],
    released: [],
    requests: [
      {
        ...{
          atMs: clock.nowMs,
          ms: 12,
          outcome: 'delivered',
          attempt: 1,
          status: 200,
          code: '0',
          words: 'OK',
        },
        ...{ seqs: [2, 3], digests: new Uint8Array(16).map((_, at) => at * 17), match: { Viewed: [2, {}] } },
      },
    ],
  });
  await log.erase('shop', { ids: ['bob-0123456789-0123456789'] });
  await log.writeFact('cursor', TEXT.replace('\ud800', ''));
  await log.addAudit({ action: 'replay', who: 'token', selection: TEXT.replace('\ud800', ''), count: 3 });
  await log.check();
}

type Settlement = 'ack' | 'dead' | 'retry' | 'skip';
async function settleSome(log: Store, consumer: string, how: Record<string, Settlement>): Promise<void> {
  for (const delivery of await log.lease(consumer, 100)) {
    const chosen = how[delivery.event.messageId];
    if (chosen === 'ack') delivery.ack();
    if (chosen === 'dead') delivery.deadLetter('rejected', TEXT);
    if (chosen === 'retry') delivery.retry(3_600_000, 'server-error', true);
    if (chosen === 'skip') delivery.skip('consent');
  }
}

/** What the log answers to those who ask, changing nothing; U+0000 as PostgreSQL has it. */
export async function answersOf(log: Store): Promise<object> {
  return storable({
    depths: await Promise.all(CONSUMERS.map(({ name }) => log.depth(name))),
    deadLetters: await log.deadLetters({ limit: 100 }),
    history: await log.history({ limit: 100 }),
    audit: await log.audit({ limit: 100 }),
    redactions: await log.redactions(),
    fact: await log.readFact('cursor'),
    ledger: [...(await log.find('customerio', ['reserved', 'confirmed', 'other']))],
    consents: await Promise.all(
      [ANN, 'eve-0123456789-0123456789', 'user-1', NUL].map((id) => log.consentHistory('shop', id)),
    ),
    evidence: await log.openEvidence('shop', Number.MAX_SAFE_INTEGER, 100),
    person: await log.personOf('shop', ['user-1']),
    exported: await log.exportPerson('shop', { ids: [ANN] }),
    witness: log.witnessOf('198.51.100.7'),
  });
}
const storable = (value: object): object => JSON.parse(JSON.stringify(value).replaceAll('\\u0000', '\uFFFD'));

/**
 * Everything that was stored is sent again to the log, something new comes, dead letters are sent once more, and all that waits is
 * delivered: what came of it. @param name tells what is new from what was new at an earlier call.
 */
export async function goOn(log: Store, clock: { nowMs: number }, name: string): Promise<object> {
  const again = (messageId: string, parts = {}) => ({
    event: event({ messageId, identity: { anonymousId: ANN }, ...received(clock.nowMs), ...parts }),
  });
  const report = (id: string, messageId: string, parts = {}) =>
    order(id, { ...again(messageId).event, event: 'Order Completed', source: 'platform', ...parts });
  const repeated = await log.accept([
    ...['viewed', 'dead', 'retried', 'skipped', 'erased', 'long', 'nul', 'nul-alone'].map((id) => again(id)),
    again('others', { shop: 'other' }),
    again('said', { source: 'server' }),
    report('other-1', 'other-order', { shop: 'other', source: 'browser' }),
    report('first', 'first-platform'),
    report(NUL, 'nul-order-again', { identity: { userId: NUL } }),
    report('seen-twice', 'once-more'),
  ]);
  const added = await log.accept([again(`${name}-new`), report(`${name}-order`, `${name}-order`)]);
  const replayed = await log.replayDeadLetters({ consumer: 'tiktok' });
  const delivered: object[] = [];
  for (const ms of [0, 3_600_000, 3_600_000]) {
    clock.nowMs += ms;
    for (const { name: consumer } of CONSUMERS)
      for (const delivery of await log.lease(consumer, 100)) {
        const { seq, attempt, event: sent, encryptedPii, waitingSinceMs, isOrder } = delivery;
        delivered.push({ consumer, seq, attempt, sent, encryptedPii, waitingSinceMs, isOrder });
        delivery.ack();
      }
  }
  return { ...storable({ repeated, added, replayed, delivered }), answers: await answersOf(log) };
}

// @module-tag slow
import { afterAll, expect, test } from 'vitest';
import { eventually } from '../support/collector.ts';
import {
  CONSENT_SHOP,
  type ConsentCase,
  type ConsentVisitor,
  createConsentVisitor,
  type Sender,
} from '../support/consent-visitor.ts';
import { createSkipClock } from '../support/skip-clock.ts';
import { startWebhookShop } from '../support/webhook-shop.ts';

/**
 * What leaves the collector, by the shop's `CONSENT_DEFAULT`, by what the visitor says, and by what reports the event.
 * T is TikTok (advertising), C Customer.io (marketing), S SHOPLINE's CDP (analytics); `+` with click id, full address and
 * user agent, `-` with none of them. An empty cell: no request. TikTok has no event for refunds.
 *
 * - page: the visitor's browser, with the choice that the snippet writes into each message;
 * - server event: the shop's backend, with the visitor's id, click, address and user agent and nothing of consent. On disk
 *   it is reduced where the default denies: a record adds destinations to it, and no click id;
 * - webhook, poll: an order of the visitor's cart, from a webhook or read from the Admin API;
 * - refund: of an order that was sent before the visitor withdrew;
 * - queued: a page's event that waits for the destinations, accepted before the visitor denied, withdrew or turned Global
 *   Privacy Control on.
 */
const TABLE = `
  default | says        | page     | server event | webhook  | poll     | refund | queued
  granted | granted     | T+ C+ S+ | T+ C+ S+     | T+ C+ S+ | T+ C+ S+ | C+ S+  | T+ C+ S+
  granted | denied only |          |              |          |          |        |
  granted | silent      | T+ C+ S+ | T+ C+ S+     | T+ C+ S+ | T+ C+ S+ | C+ S+  | T+ C+ S+
  granted | withdrawn   |          |              |          |          |        |
  granted | GPC         | C- S-    | C- S-        | C- S-    | C- S-    | C- S-  | C- S-
  denied  | granted     | T+ C+ S+ | T- C- S-     | T+ C+ S+ | T+ C+ S+ | C+ S+  | T+ C+ S+
  denied  | denied only |          |              |          |          |        |
  denied  | silent      |          |              |          |          |        |
  denied  | withdrawn   |          |              |          |          |        |
  denied  | GPC         |          |              |          |          |        |
`;
const [[, , ...senders] = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((row) => row.split('|').map((cell) => cell.trim()));
const CELLS = rows.flatMap(([byDefault, saying, ...cells], row) =>
  cells.map((expected, column) => {
    const nth = row * senders.length + column;
    return { ...({ byDefault, saying, sender: senders[column], nth } as ConsentCase), expected };
  }),
);
/** The Admin API is read every 15 minutes. */
const POLL_MS = 15 * 60_000 + 1_000;

/** Runs all cells of one default in one collector. @returns what was sent of each. */
async function run(byDefault: ConsentCase['byDefault']): Promise<[nth: number, sent: string][]> {
  const clock = createSkipClock();
  const variables = { ...CONSENT_SHOP, CONSENT_DEFAULT: byDefault };
  const shop = await startWebhookShop(variables, { clock, whenOver: afterAll });
  const { sandbox } = shop;
  const own = CELLS.filter((cell) => cell.byDefault === byDefault);
  const visitors = own.map((cell) => createConsentVisitor(shop, cell));
  const of = (...named: Sender[]) => visitors.filter(({ sender }) => named.includes(sender));
  const inTurn = async (some: readonly ConsentVisitor[], act: (one: ConsentVisitor) => Promise<unknown>) => {
    for (const visitor of some) await act(visitor);
  };
  const polled = () => sandbox.received('shopline').filter(({ path }) => path.includes('orders.json')).length;
  // Until the first order webhook a page's word makes orders.
  await shop.place('21050224312121887324660000', '#D999', { userId: '6999' });

  const all = of('page', 'server event', 'webhook', 'poll', 'refund');
  await inTurn(all, (visitor) => visitor.choose());
  await inTurn(of('refund'), (visitor) => visitor.order());
  await shop.settled();
  await inTurn(all, (visitor) => visitor.withdraw());
  await inTurn(of('page'), (visitor) => visitor.page());
  await inTurn(of('server event'), (visitor) => visitor.backend());
  await inTurn(of('webhook'), (visitor) => visitor.order());
  await inTurn(of('refund'), (visitor) => visitor.refund());
  sandbox.shopline.orders = of('poll').map(({ orderBody }) => orderBody());
  // A request that time was skipped in would be repeated.
  await shop.settled();
  clock.skip(POLL_MS);
  // Each time in three requests, the first of them at the start.
  await eventually(polled, (requests) => requests === 6);
  await shop.settled();

  const apis = ['tiktok', 'customerio', 'shopline'] as const;
  for (const api of apis) await sandbox.stop(api);
  await inTurn(of('queued'), (visitor) => visitor.earlierPage());
  await inTurn(of('queued'), (visitor) => visitor.choose());
  await inTurn(of('queued'), (visitor) => visitor.withdraw());
  for (const api of apis) await sandbox.restart(api);
  await shop.settled();
  return own.map(({ nth }, index) => [nth, visitors[index]?.sent() ?? '?']);
}

const sent = new Map((await Promise.all([run('granted'), run('denied')])).flat());

test.each(CELLS)('default $byDefault, $saying, $sender: $expected', ({ nth, expected }) => {
  expect(sent.get(nth)).toBe(expected);
});

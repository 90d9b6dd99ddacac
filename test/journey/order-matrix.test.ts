// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { type Cell, PAGE_PRICE, PRICE, runCells } from '../support/order-matrix.ts';

/**
 * Whose word makes an order, what arrives first, who buys, how it is paid: the requests at each destination. A page
 * contributes its visitor and its click, and its price only where pages make orders. Who: the ids at the destination.
 * SHOPLINE's CDP takes no order without the id of a customer or a visitor.
 */
type Row = [
  ...[voice: Cell['voice'], arrival: Cell['arrival'], buyer: Cell['buyer']],
  ...[value: number | undefined, click: 'click' | '-', atCustomerIo: string, atShopline: string],
];
const PAGE = PAGE_PRICE;
const NONE = undefined;
const ROWS: Row[] = [
  ['webhooks on', 'page first', 'guest', PRICE, 'click', 'visitor', 'visitor'],
  ['webhooks on', 'page first', 'logged in', PRICE, 'click', 'user+visitor', 'user+visitor'],
  ['webhooks on', 'shop first', 'guest', PRICE, 'click', 'visitor', 'visitor'],
  ['webhooks on', 'shop first', 'logged in', PRICE, 'click', 'user+visitor', 'user+visitor'],
  ['webhooks on', 'page alone', 'guest', NONE, '-', '', ''],
  ['webhooks on', 'page alone', 'logged in', NONE, '-', '', ''],
  ['webhooks on', 'shop alone', 'guest', PRICE, '-', 'email-digest', ''],
  ['webhooks on', 'shop alone', 'logged in', PRICE, '-', 'user', 'user'],
  ['webhooks on', 'poll alone', 'guest', PRICE, '-', 'email-digest', ''],
  ['webhooks on', 'poll alone', 'logged in', PRICE, '-', 'user', 'user'],
  ['server key', 'page first', 'guest', PRICE, 'click', 'visitor', 'visitor'],
  ['server key', 'page first', 'logged in', PRICE, 'click', 'user+visitor', 'user+visitor'],
  ['server key', 'shop first', 'guest', PRICE, 'click', 'visitor', 'visitor'],
  ['server key', 'shop first', 'logged in', PRICE, 'click', 'user+visitor', 'user+visitor'],
  ['server key', 'page alone', 'guest', NONE, '-', '', ''],
  ['server key', 'page alone', 'logged in', NONE, '-', '', ''],
  ['server key', 'shop alone', 'guest', PRICE, '-', 'session', 'session'],
  ['server key', 'shop alone', 'logged in', PRICE, '-', 'user', 'user'],
  ['browser only', 'page alone', 'guest', PAGE, 'click', 'visitor', 'visitor'],
  ['browser only', 'page alone', 'logged in', PAGE, 'click', 'user+visitor', 'user+visitor'],
];
const CELLS = ROWS.flatMap((row, nth) =>
  (['paid', 'COD'] as const).map((payment, second): { row: Row; cell: Cell } => {
    const [voice, arrival, buyer] = row;
    return { row, cell: { nth: 2 * nth + second + 1, voice, arrival, buyer, payment } };
  }),
);

/** What the table says, in full. A payment is an event at Customer.io where it was reported on its own. */
function expected([, , , value, click, atCustomerIo, atShopline]: Row, events: string[], names: string[]) {
  if (value === undefined) return { tiktok: [], customerio: [], shopline: [] };
  const money = `ID ${value} TWD`;
  return {
    tiktok: names.map((name) => `${name} order:ID ${money} ${click}`),
    customerio: events.map((event) => `${event} ${money} ${atCustomerIo}`),
    shopline: atShopline ? [`Z_sale_order ${money} ${atShopline}`] : [],
  };
}

describe.each(['webhooks on', 'server key', 'browser only'] as const)('%s', async (voice) => {
  const own = CELLS.filter(({ cell }) => cell.voice === voice);
  const results = await runCells(
    voice,
    own.map(({ cell }) => cell),
    afterAll,
  );

  test.each(own)('$cell.arrival, $cell.buyer, $cell.payment', ({ row, cell }) => {
    const { unpaid, whole } = results.get(cell) ?? {};
    const isReportedPaid = cell.payment === 'COD' || voice === 'webhooks on';
    const events = isReportedPaid ? ['Order Completed', 'Order Updated'] : ['Order Completed'];
    const paid = expected(row, events, ['PlaceAnOrder', 'Purchase']);
    expect(whole).toEqual(paid);
    expect(unpaid).toEqual(
      cell.payment === 'paid' ? paid : expected(row, ['Order Completed'], ['PlaceAnOrder']),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OrderReport } from '../../server/analytics/facts.ts';
import { readOrder } from '../../server/analytics/order.ts';

const AT = Date.parse('2026-03-10T12:00:00Z');
const report = (id: string, parts: Partial<OrderReport> = {}): OrderReport => ({
  id,
  stage: 'placed',
  source: 'browser',
  orderId: '1001',
  names: [],
  part: '',
  people: ['a:ann'],
  atMs: AT,
  receivedAtMs: AT,
  amountHundredths: 10_000,
  items: [],
  ...parts,
});
const webhook = (id: string, parts: Partial<OrderReport> = {}) =>
  report(id, { source: 'platform', ...parts });
const refund = (id: string, amountHundredths?: number, parts: Partial<OrderReport> = {}): OrderReport => {
  const { amountHundredths: _, ...rest } = webhook(id, {
    stage: 'refunded',
    part: id,
    atMs: AT + 9,
    ...parts,
  });
  return { ...rest, ...(amountHundredths !== undefined && { amountHundredths }) };
};
const read = (...reports: OrderReport[]) => readOrder(reports, 'TWD');

describe('the amounts of an order', () => {
  test('a report of the shop’s server has priority over one of a page, however late it arrives', () => {
    const page = report('1', {
      amountHundredths: 1,
      discountHundredths: 2,
      currency: 'USD',
      items: [{ productId: 'cheap', units: 9 }],
    });
    const server = webhook('2', {
      atMs: AT + 60_000,
      amountHundredths: 48_000,
      discountHundredths: 1_000,
      currency: 'TWD',
      items: [{ productId: 'tea', units: 1 }],
    });
    expect(read(page, server)).toMatchObject({
      isForeign: false,
      amountHundredths: 48_000,
      discountHundredths: 1_000,
      items: [{ productId: 'tea', units: 1 }],
      atMs: AT,
    });
  });

  test('of two reports from one side the one received last counts, of one moment the smallest id', () => {
    expect(
      read(report('2', { amountHundredths: 2 }), report('1', { amountHundredths: 1 })).amountHundredths,
    ).toBe(1);
    const { amountHundredths: _, ...silent } = report('0', { atMs: AT - 5 });
    expect(read(silent, report('1', { atMs: AT + 5 })).amountHundredths).toBe(10_000);
  });

  test('refunds are subtracted, several together, and never below zero', () => {
    expect(read(report('1'), refund('2', 2_500), refund('3', 500))).toMatchObject({
      amountHundredths: 7_000,
      refundedHundredths: 3_000,
    });
    expect(read(report('1'), refund('2', 99_999))).toMatchObject({
      amountHundredths: 0,
      refundedHundredths: 10_000,
    });
  });

  test('a refund received before its order is subtracted later, and makes no order', () => {
    const early = refund('0', 2_500, { atMs: AT - 60_000 });
    expect(read(early).isCounted).toBe(false);
    expect(read(early, report('1'))).toMatchObject({ isCounted: true, atMs: AT, amountHundredths: 7_500 });
  });

  test('a refund reported by the page and by the server is one refund', () => {
    const reported = refund('3', 2_500, { source: 'browser' });
    expect(read(report('1'), refund('2', 2_500), reported).amountHundredths).toBe(7_500);
  });

  test('a refund in another currency, or without an amount, is not subtracted', () => {
    expect(read(report('1'), refund('2', 2_500, { currency: 'USD' })).amountHundredths).toBe(10_000);
    expect(read(report('1'), refund('2')).amountHundredths).toBe(10_000);
  });

  test('an order in another currency counts as an order, its amounts do not', () => {
    expect(
      read(report('1', { currency: 'USD', discountHundredths: 5 }), refund('2', 100, { currency: 'USD' })),
    ).toMatchObject({
      isCounted: true,
      isForeign: true,
      amountHundredths: 0,
      refundedHundredths: 0,
      discountHundredths: 0,
    });
  });

  test('an order without an amount counts as an order of 0', () => {
    const { amountHundredths: _, ...silent } = report('1');
    expect(read(silent, refund('2', 100))).toMatchObject({
      isCounted: true,
      amountHundredths: 0,
      refundedHundredths: 0,
    });
  });
});

describe('whether an order counts, and whether it is paid', () => {
  const cancelled = webhook('9', { stage: 'cancelled', atMs: AT + 5 });
  const paid = webhook('8', { stage: 'paid', atMs: AT + 3 });

  test('a cancelled order is left out, whenever the cancellation arrives', () => {
    expect(read(report('1'), cancelled).isCounted).toBe(false);
    expect(read({ ...cancelled, atMs: AT - 5 }, report('1'), paid).isCounted).toBe(false);
    expect(read(cancelled).isCounted).toBe(false);
  });

  test('an order with only a payment report dates from the payment', () => {
    expect(read(paid)).toMatchObject({
      isCounted: true,
      isPaid: true,
      atMs: AT + 3,
      amountHundredths: 10_000,
    });
    expect(read(paid, report('1'))).toMatchObject({ atMs: AT, firstId: '1' });
  });

  test('its time is that of its earliest report', () => {
    expect(read(report('2', { atMs: AT + 7 }), webhook('1', { atMs: AT + 9 }))).toMatchObject({
      atMs: AT + 7,
      firstId: '2',
    });
  });

  test.each([
    { placed: 'nothing of its payment', reports: [report('1')], isPaid: true },
    { placed: 'paid', reports: [report('1', { isUnpaid: false })], isPaid: true },
    { placed: 'unpaid', reports: [report('1', { isUnpaid: true })], isPaid: false },
    { placed: 'unpaid, and a payment came', reports: [report('1', { isUnpaid: true }), paid], isPaid: true },
    {
      placed: 'unpaid by the server, paid by a page',
      reports: [report('1', { isUnpaid: false }), webhook('2', { isUnpaid: true })],
      isPaid: false,
    },
    {
      placed: 'paid by the server, unpaid by a page',
      reports: [report('1', { isUnpaid: true }), webhook('2', { isUnpaid: false })],
      isPaid: true,
    },
    {
      placed: 'unpaid, and a refund spoke of payment',
      reports: [report('1', { isUnpaid: true }), refund('2', 5, { isUnpaid: false })],
      isPaid: false,
    },
  ])('placed as $placed: paid is $isPaid', ({ reports, isPaid }) => {
    expect(read(...reports).isPaid).toBe(isPaid);
  });
});

describe('the people of an order', () => {
  test('the buyer is the email, else the user id, else the visitor', () => {
    expect(read(report('1', { people: ['a:1', 'u:1', 'e:1', 'c:1'] })).buyer).toBe('e:1');
    expect(read(report('1', { people: ['a:1', 'u:1'] })).buyer).toBe('u:1');
    expect(read(report('1', { people: ['t:1', 'a:1'] })).buyer).toBe('a:1');
    expect(read(report('1', { people: ['t:1', 'k:1', 'c:1'] })).buyer).toBeUndefined();
  });

  test('an email of the server’s report is the buyer; of two the earliest', () => {
    const page = report('1', { people: ['a:1', 'u:1'] });
    const server = webhook('2', { people: ['e:late'], atMs: AT + 9 });
    expect(read(page, server).buyer).toBe('e:late');
    expect(read(page, server, webhook('3', { people: ['e:early'], atMs: AT + 1 })).buyer).toBe('e:early');
  });

  test('its people are those of all its reports, each once', () => {
    expect(
      read(report('1', { people: ['a:1', 't:1'] }), webhook('2', { people: ['e:1', 't:1'] })).people.sort(),
    ).toEqual(['a:1', 'e:1', 't:1']);
  });
});

describe('what a later report changes', () => {
  test('an edit and the payment replace the total that was stated before', () => {
    const created = webhook('1', { amountHundredths: 4_600, isUnpaid: true });
    const edited = webhook('2', { stage: 'updated', receivedAtMs: AT + 1, amountHundredths: 6_000 });
    const paid = webhook('3', { stage: 'paid', receivedAtMs: AT + 2, amountHundredths: 6_000 });
    expect(read(created, edited)).toMatchObject({ amountHundredths: 6_000, isPaid: false });
    expect(read(paid, created, edited)).toMatchObject({ amountHundredths: 6_000, isPaid: true });
  });

  test('an update alone makes no order', () => {
    expect(read(webhook('2', { stage: 'updated' })).isCounted).toBe(false);
  });

  test('a refund reported again replaces what it was, others are added', () => {
    const resent = refund('3', 2_000, { part: 'r1', receivedAtMs: AT + 5 });
    const all = [refund('2', 500, { part: 'r1' }), resent, refund('4', 100, { part: 'r2' })];
    expect(read(report('1'), ...all)).toMatchObject({ amountHundredths: 7_900, refundedHundredths: 2_100 });
    expect(read(report('1'), ...all.toReversed())).toMatchObject({ refundedHundredths: 2_100 });
  });

  test('refunds are never subtracted from a net amount', () => {
    const back = refund('2', 1_000, { atMs: AT });
    const { amountHundredths: _, ...unstated } = webhook('1', { netHundredths: 3_600 });
    for (const order of [unstated, webhook('1', { amountHundredths: 4_600, netHundredths: 3_600 })])
      expect(read(order, back)).toMatchObject({ amountHundredths: 3_600, refundedHundredths: 1_000 });
    const later = refund('3', 600, { atMs: AT + 60_000 });
    expect(read(unstated, back, later)).toMatchObject({ amountHundredths: 3_000, refundedHundredths: 1_600 });
  });

  test('a payment of 0 that arrives after the cancellation counts nothing', () => {
    const late = webhook('3', {
      stage: 'paid',
      amountHundredths: 0,
      isCancelled: true,
      receivedAtMs: AT + 9,
    });
    expect(read(webhook('1'), late).isCounted).toBe(false);
  });

  test('evidence gives a visitor and nothing else', () => {
    const evidence = report('9', { isEvidence: true, amountHundredths: 1, atMs: AT - 5, people: ['a:1'] });
    expect(read(evidence).isCounted).toBe(false);
    expect(read(evidence, webhook('1', { people: ['u:7'] }))).toMatchObject({
      isCounted: true,
      atMs: AT,
      firstId: '1',
      amountHundredths: 10_000,
      buyer: 'u:7',
      evidenced: ['u:7', 'a:1'],
    });
  });
});

test('the order of arrival changes nothing', () => {
  const reports = fc.uniqueArray(
    fc.record(
      {
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        stage: fc.constantFrom<OrderReport['stage'][]>('placed', 'paid', 'updated', 'refunded', 'cancelled'),
        source: fc.constantFrom<OrderReport['source'][]>('browser', 'server', 'platform'),
        orderId: fc.constant('1001'),
        names: fc.constant<string[]>([]),
        part: fc.constantFrom('', 'r1'),
        people: fc.subarray<OrderReport['people'][number]>(['a:1', 'u:1', 'e:1', 'e:2', 't:1']),
        atMs: fc.integer({ min: AT, max: AT + 3 }),
        receivedAtMs: fc.integer({ min: AT, max: AT + 2 }),
        amountHundredths: fc.integer({ min: 0, max: 5 }),
        discountHundredths: fc.integer({ min: 0, max: 5 }),
        currency: fc.constantFrom('TWD', 'USD'),
        isUnpaid: fc.boolean(),
        items: fc.constantFrom<OrderReport['items'][]>(
          [],
          [{ productId: 'tea', units: 1 }],
          [{ productId: 'pot', units: 2 }],
        ),
      },
      {
        requiredKeys: [
          'id',
          'stage',
          'source',
          'orderId',
          'names',
          'part',
          'people',
          'atMs',
          'receivedAtMs',
          'items',
        ],
      },
    ),
    { selector: ({ id }) => id, maxLength: 6 },
  );
  fc.assert(
    fc.property(
      reports.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        const found = read(...(all as OrderReport[]));
        expect(read(...(shuffled as OrderReport[]))).toEqual(found);
        expect(found.amountHundredths).toBeGreaterThanOrEqual(0);
        expect(found.refundedHundredths).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});

import { STRENGTH } from '../orders/precedence.ts';
import type { OrderReport, PersonKey } from './facts.ts';

/** An order computed from all its reports. */
export interface OrderRead {
  /** False before it is placed or paid, and when it is cancelled. */
  isCounted: boolean;
  isPaid: boolean;
  isForeign: boolean;
  atMs: number;
  /** The id of its earliest report; orders the orders of one moment. */
  firstId: string;
  /** Less refunds; 0 when the order is not in the shop's currency. */
  amountHundredths: number;
  refundedHundredths: number;
  discountHundredths: number;
  items: readonly { productId: string; units: number }[];
  people: PersonKey[];
  buyer?: PersonKey;
}

/**
 * Computes an order from its reports, in any order. Reports of the shop's server have priority over those of a page.
 *
 * @param currency ISO 4217, the shop's.
 */
export function readOrder(reports: readonly OrderReport[], currency: string): OrderRead {
  const inTime = [...reports].sort(byTime);
  const placed = inTime.filter(({ stage }) => stage === 'placed');
  // Anyone can send a page's report, and order numbers can be guessed.
  const believed = (stage: OrderReport['stage']) =>
    trusted(inTime).filter((report) => report.stage === stage);
  const paid = believed('paid');
  const [first] = placed.length > 0 ? placed : paid;
  const reported = trusted(inTime.filter(({ stage }) => stage === 'placed' || stage === 'paid'));
  const said = <Field extends keyof OrderReport>(field: Field, from: readonly OrderReport[] = reported) =>
    from.find((report) => report[field] !== undefined)?.[field];
  const orderCurrency = said('currency') ?? currency;
  const isForeign = orderCurrency !== currency;
  const amount = said('amountHundredths') ?? 0;
  const refunded = isForeign
    ? 0
    : Math.min(
        amount,
        believed('refunded')
          .filter((refund) => (refund.currency ?? currency) === currency)
          .reduce((sum, refund) => sum + (refund.amountHundredths ?? 0), 0),
      );
  const buyer = buyerOf(inTime);
  return {
    isCounted: first !== undefined && believed('cancelled').length === 0,
    isPaid: paid.length > 0 || said('isUnpaid', trusted(placed)) !== true,
    isForeign,
    atMs: first?.atMs ?? 0,
    firstId: first?.id ?? '',
    amountHundredths: isForeign ? 0 : amount - refunded,
    refundedHundredths: refunded,
    discountHundredths: isForeign ? 0 : (said('discountHundredths') ?? 0),
    items: reported.find(({ items }) => items.length > 0)?.items ?? [],
    people: [...new Set(inTime.flatMap(({ people }) => people))],
    ...(buyer !== undefined && { buyer }),
  };
}

const byTime = (a: OrderReport, b: OrderReport) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1);

/** The reports of the strongest voice. */
function trusted(reports: readonly OrderReport[]): readonly OrderReport[] {
  const strongest = Math.max(...reports.map(({ source }) => STRENGTH[source]));
  return reports.filter(({ source }) => STRENGTH[source] === strongest);
}

function buyerOf(reports: readonly OrderReport[]): PersonKey | undefined {
  const people = reports.flatMap((report) => report.people);
  for (const kind of ['e:', 'u:', 'a:']) {
    const found = people.find((person) => person.startsWith(kind));
    if (found) return found;
  }
  return undefined;
}

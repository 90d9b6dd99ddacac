import { byPrecedence, decisive, isTrusted } from '../orders/precedence.ts';
import type { OrderReport, PersonKey } from './facts.ts';

/** An order as all its reports together describe it. */
export interface OrderRead {
  /** False while nothing reports that it was placed or paid, and once it is cancelled. */
  isCounted: boolean;
  isPaid: boolean;
  isForeign: boolean;
  atMs: number;
  /** Of its earliest report: orders of the same moment are in order of these. */
  firstId: string;
  /** Less refunds; 0 where amounts are not in the shop's currency. */
  amountHundredths: number;
  refundedHundredths: number;
  discountHundredths: number;
  items: readonly { productId: string; units: number }[];
  people: PersonKey[];
  /** Those of `people` that a trusted report or evidence shows; browsers' claims of others are not followed beside them. */
  evidenced: PersonKey[];
  buyer?: PersonKey;
}

/**
 * One order of all its reports, in whatever order they were received. What counts of them is decided by the precedence
 * that delivery uses: evidence shows who was there; the strongest voice decides money, items and status, by what it
 * reported last; payment, refunds and cancellation are those of trusted voices where one reports the order.
 *
 * @param currency ISO 4217, the shop's.
 */
export function readOrder(reports: readonly OrderReport[], currency: string): OrderRead {
  const inTime = reports.filter(({ isEvidence }) => !isEvidence).sort(byTime);
  const trusted = inTime.filter(({ source }) => isTrusted(source));
  const believed = trusted.length > 0 ? trusted : inTime;
  const paid = believed.filter(({ stage }) => stage === 'paid');
  const placed = inTime.filter(({ stage }) => stage === 'placed');
  const [first] = placed.length > 0 ? placed : paid;
  const content = decisive(inTime.filter(isContent).sort(byId));
  const last = <Field extends keyof OrderReport>(field: Field) =>
    content.find((report) => report[field] !== undefined)?.[field];
  const isForeign = (last('currency') ?? currency) !== currency;
  const refunds = refundsOf(believed, currency);
  const { gross, net } = isForeign ? { gross: 0, net: 0 } : amountsOf(content, refunds);
  const everyone = [...inTime, ...reports.filter(({ isEvidence }) => isEvidence)];
  const shown = trusted.length > 0 ? everyone.filter((one) => one.isEvidence || isTrusted(one.source)) : [];
  const buyer = buyerOf(inTime);
  return {
    isCounted:
      first !== undefined && !believed.some(({ stage, isCancelled }) => stage === 'cancelled' || isCancelled),
    isPaid: paid.length > 0 || last('isUnpaid') !== true,
    isForeign,
    atMs: first?.atMs ?? 0,
    firstId: first?.id ?? '',
    amountHundredths: net,
    refundedHundredths: gross - net,
    discountHundredths: isForeign ? 0 : (last('discountHundredths') ?? 0),
    items: content.find(({ items }) => items.length > 0)?.items ?? [],
    people: peopleIn(everyone),
    evidenced: peopleIn(shown),
    ...(buyer !== undefined && { buyer }),
  };
}

const byId = (a: OrderReport, b: OrderReport) => (a.id < b.id ? -1 : 1);
const byTime = (a: OrderReport, b: OrderReport) => a.atMs - b.atMs || byId(a, b);
const isContent = ({ stage }: OrderReport) => stage === 'placed' || stage === 'paid' || stage === 'updated';
const peopleIn = (reports: readonly OrderReport[]) => [...new Set(reports.flatMap(({ people }) => people))];

/** One report of each refund: the strongest voice's last. Those in another currency have no amount here. */
function refundsOf(reports: readonly OrderReport[], currency: string): { amount: number; atMs: number }[] {
  const all = reports.filter(({ stage }) => stage === 'refunded').sort(byId);
  return [...Map.groupBy(all, ({ part }) => part).values()].flatMap((ofOne) => {
    const [last] = [...ofOne].sort(byPrecedence);
    if (!last || (last.currency ?? currency) !== currency) return [];
    return [{ amount: last.amountHundredths ?? 0, atMs: last.atMs }];
  });
}

/**
 * The order before and after its refunds, by the last report of the strongest voice that states an amount. Refunds are
 * subtracted from a total, and never from a net amount that was read after they happened: where only that is stated,
 * they are added to know the order's.
 */
function amountsOf(
  content: readonly OrderReport[],
  refunds: readonly { amount: number; atMs: number }[],
): { gross: number; net: number } {
  const sum = (some: typeof refunds) => some.reduce((total, { amount }) => total + amount, 0);
  const report = content.find((one) => (one.netHundredths ?? one.amountHundredths) !== undefined);
  if (!report) return { gross: 0, net: 0 };
  const { receivedAtMs, netHundredths, amountHundredths } = report;
  const included = sum(refunds.filter(({ atMs }) => atMs <= receivedAtMs));
  const gross = amountHundredths ?? (netHundredths ?? 0) + included;
  const net = Math.max(0, Math.min(gross - sum(refunds), netHundredths ?? gross));
  return { gross, net };
}

function buyerOf(reports: readonly OrderReport[]): PersonKey | undefined {
  // A browser's word of who bought counts where nothing stronger names a buyer.
  const { stronger = [], weaker = [] } = Object.groupBy(reports, ({ source }) =>
    isTrusted(source) ? 'stronger' : 'weaker',
  );
  for (const people of [stronger, weaker].map(peopleIn))
    for (const kind of ['e:', 'u:', 'a:']) {
      const found = people.find((person) => person.startsWith(kind));
      if (found) return found;
    }
  return undefined;
}

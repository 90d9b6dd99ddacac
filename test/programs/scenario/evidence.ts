import type { OrderReport, Reading } from './reading.ts';

/** What the shop system's reports show of one order, by now. */
interface KnownOrder {
  names: Set<string>;
  tokens: Set<string>;
  userId: string | undefined;
}

/**
 * The reading of a shop whose orders are the shop system's: a page's report adds its visitor to the one order that it
 * proves to belong to, by a token of cart or checkout. The others are no facts at all. A cart may become several orders:
 * its page's report joins the first, so this depends on the order of arrival.
 */
export function withEvidence(reading: Reading): Reading {
  const joined = joinPages(reading.reports);
  const isLeftOut = new Set<unknown>(
    reading.reports
      .filter((report) => !report.isWebhook && !joined.has(report))
      .map((report) => report.people),
  );
  return {
    ...reading,
    together: reading.together.filter((ids) => !isLeftOut.has(ids)),
    reports: reading.reports.flatMap((report) => {
      if (report.isWebhook) return report;
      const order = joined.get(report);
      if (!order) return [];
      const people = new Set([...report.people].filter((id) => /^[ac]:/.test(id)));
      return { ...report, isEvidence: true, names: [...order.names], people };
    }),
  };
}

/** @param reports in order of arrival. */
function joinPages(reports: readonly OrderReport[]): Map<OrderReport, KnownOrder> {
  const orders: KnownOrder[] = [];
  const open = new Set<OrderReport>();
  const joined = new Map<OrderReport, KnownOrder>();
  const seen = new Set<string>();
  for (const report of reports) {
    if (report.isWebhook) {
      const order = learn(orders, report);
      for (const page of open) {
        if (!isShown(page, report.tokens) || isOfAnother(page, order)) continue;
        open.delete(page);
        joined.set(page, order);
      }
      continue;
    }
    // The same visitor's repeat of the same report is none of its own.
    const key = JSON.stringify([idOf(report, 'a:'), report.names, report.tokens]);
    if (seen.has(key)) continue;
    seen.add(key);
    const order = orders.find((one) => isShown(report, [...one.tokens]) && !isOfAnother(report, one));
    if (order) joined.set(report, order);
    else open.add(report);
  }
  return joined;
}

function learn(orders: KnownOrder[], report: OrderReport): KnownOrder {
  const known = orders.find(({ names }) => report.names.some((name) => names.has(name)));
  const order = known ?? { names: new Set(), tokens: new Set(), userId: undefined };
  if (!known) orders.push(order);
  for (const name of report.names) order.names.add(name);
  for (const token of report.tokens) order.tokens.add(token);
  order.userId ??= idOf(report, 'u:');
  return order;
}

const idOf = ({ people }: OrderReport, kind: string) => [...people].find((id) => id.startsWith(kind));
const isShown = (page: OrderReport, tokens: readonly string[]) =>
  page.tokens.some((token) => tokens.includes(token));
const isOfAnother = (page: OrderReport, { userId }: KnownOrder) =>
  userId !== undefined && ![undefined, userId].includes(idOf(page, 'u:'));

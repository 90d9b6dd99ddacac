import type { Settings } from './event.ts';
import type { OrderReport, Reading, Touch } from './reading.ts';

/** What an order, a cart or a checkout is credited to. */
export type Credit = Pick<Touch, 'marketing' | 'flow' | 'node'>;

/** All reports of one order, merged. Amounts in a foreign currency are 0. */
export interface Order {
  atMs: number;
  /** Ids of all its reports together. */
  people: Set<string>;
  /** Ids of its reports by webhook and of its evidence. */
  evidenced: Set<string>;
  buyer: string | undefined;
  isPaid: boolean;
  isForeign: boolean;
  amountHundredths: number;
  /** The sum of its refunds; may exceed the amount. */
  refundedHundredths: number;
  discountHundredths: number;
  items: { productId: string; units: number }[];
}

const TEN_MINUTES_MS = 600_000;

/** The ids whose touches count: one step along ids that an event carried together. */
export function peopleOf(own: ReadonlySet<string>, together: readonly Set<string>[]): Set<string> {
  const all = new Set(own);
  const isUnknown = ![...own].some((id) => /^[ue]:/.test(id));
  for (const ids of together)
    for (const id of ids)
      for (const one of ids) {
        if (!own.has(one)) continue;
        if (/^[uetkc]:/.test(one)) all.add(id);
        if (/^a:/.test(one) && (/^c:/.test(id) || (isUnknown && /^[ue]:/.test(id)))) all.add(id);
      }
  return all;
}

/** The visitors of its evidence, and those that were seen with a token of the order, but for those known as another user only. */
function visitorsOf(evidenced: ReadonlySet<string>, together: readonly Set<string>[]): Set<string> {
  const isUser = (id: string) => id.startsWith('u:');
  const seen = together.filter((ids) => [...ids].some((id) => /^[tk]:/.test(id) && evidenced.has(id)));
  const visitors = new Set(seen.flatMap((ids) => [...ids].filter((id) => id.startsWith('a:'))));
  const users = [...evidenced].filter(isUser);
  for (const visitor of visitors) {
    const known = together.flatMap((ids) => (ids.has(visitor) ? [...ids].filter(isUser) : []));
    if (users.length > 0 && known.length > 0 && !known.some((id) => users.includes(id)))
      visitors.delete(visitor);
  }
  for (const id of evidenced) if (id.startsWith('a:')) visitors.add(id);
  return visitors;
}

/** With visitors of its own, an order's people are these, their ids at Customer.io, and what is proven of its buyer. */
function evidencedPeople(
  evidenced: ReadonlySet<string>,
  visitors: ReadonlySet<string>,
  { together, proven }: Reading,
): Set<string> {
  const all = new Set([...evidenced, ...visitors]);
  for (const ids of together)
    if ([...ids].some((id) => visitors.has(id))) for (const id of ids) if (id.startsWith('c:')) all.add(id);
  for (const ids of proven)
    if ([...ids].some((id) => /^[uec]:/.test(id) && evidenced.has(id)))
      for (const id of ids) if (/^[auec]:/.test(id)) all.add(id);
  return all;
}

/** @param evidenced ids that the shop's webhooks reported; a browser's claims count only without visitors of these. */
export function creditOf(
  own: ReadonlySet<string>,
  atMs: number,
  reading: Reading,
  { attributionDays }: Settings,
  evidenced: ReadonlySet<string> = new Set(),
): Credit {
  const { together } = reading;
  const visitors = visitorsOf(evidenced, together);
  const isEvidenced = visitors.size > 0;
  const all = isEvidenced ? evidencedPeople(evidenced, visitors, reading) : peopleOf(own, together);
  const touches = reading.touches.map((touch) =>
    isEvidenced && !touch.isClick
      ? { ...touch, people: new Set([...touch.people].filter((id) => /^[ac]:/.test(id))) }
      : touch,
  );
  const inWindow = touches.filter(
    (touch) =>
      touch.atMs <= atMs && touch.atMs >= atMs - attributionDays * 86_400_000 && shares(touch.people, all),
  );
  const clicks = touches.filter((touch) => touch.isClick && shares(touch.people, all));
  // Anybody may hold a link with the buyer's id at Customer.io: a landing on it needs a click that led to it.
  const isProven = (touch: Touch) =>
    touch.isClick ||
    [...touch.people].some(
      (id) =>
        all.has(id) &&
        (id.startsWith('a:') || clicks.some((click) => click.people.has(id) && ledTo(click, touch))),
    );
  const winner = (isEvidenced ? lastOf(inWindow.filter(isProven)) : undefined) ?? lastOf(inWindow);
  if (!winner || winner.isClick) return winner ?? {};
  return { ...lastOf(clicks.filter((click) => ledTo(click, winner))), ...winner };
}

const ledTo = (click: Touch, landing: Touch) =>
  click.atMs <= landing.atMs && click.atMs >= landing.atMs - TEN_MINUTES_MS;
const lastOf = (touches: readonly Touch[]): Touch | undefined =>
  touches.reduce<Touch | undefined>(
    (last, touch) => (last && !isLater(touch, last) ? last : touch),
    undefined,
  );

const shares = (some: ReadonlySet<string>, all: ReadonlySet<string>) => [...some].some((id) => all.has(id));
const isLater = (a: Touch, b: Touch) => a.atMs > b.atMs || (a.atMs === b.atMs && a.id > b.id);

/** Groups reports that share a name, directly or through other reports. */
function groupsOf(reports: readonly OrderReport[]): OrderReport[][] {
  const groups: OrderReport[][] = [];
  for (const report of reports) {
    const same = groups.filter((group) =>
      group.some(({ names }) => names.some((name) => report.names.includes(name))),
    );
    for (const group of same) groups.splice(groups.indexOf(group), 1);
    groups.push([report, ...same.flat()]);
  }
  return groups;
}

/** Orders that count: placed or paid, and not cancelled. */
export function ordersOf({ reports }: Reading, currency: string): Order[] {
  const byTime = reports.toSorted((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
  return groupsOf(byTime).flatMap((group) => {
    const reportsOfOrder = byTime.filter((report) => group.includes(report));
    return orderOf(reportsOfOrder, currency) ?? [];
  });
}

function orderOf(all: readonly OrderReport[], currency: string): Order | undefined {
  const reports = all.filter(({ isEvidence }) => !isEvidence);
  const at = (stage: OrderReport['stage']) => reports.filter((report) => report.stage === stage);
  const [placed, paid] = [at('placed'), at('paid')];
  const [first] = placed.length > 0 ? placed : paid;
  if (!first || at('cancelled').length > 0) return undefined;
  const either = reports.filter(({ stage }) => stage === 'placed' || stage === 'paid');
  const ofServer = either.filter(({ isWebhook }) => isWebhook);
  const believed = ofServer.length > 0 ? ofServer : either;
  const isForeign = (believed.find((report) => report.currency)?.currency ?? currency) !== currency;
  const counted = (hundredths: number | undefined) => (isForeign ? 0 : (hundredths ?? 0));
  const states = placed.filter(({ isWebhook }) => isWebhook || ofServer.length === 0);
  return {
    atMs: first.atMs,
    people: new Set(all.flatMap(({ people }) => [...people])),
    evidenced: new Set(
      all.flatMap(({ isWebhook, isEvidence, people }) => (isWebhook || isEvidence ? [...people] : [])),
    ),
    buyer: buyerOf(reports),
    isPaid:
      paid.length > 0 ||
      !states.some(({ status = '' }) =>
        ['unpaid', 'authorized', 'pending', 'partially_paid'].includes(status),
      ),
    isForeign,
    amountHundredths: counted(
      believed.find((report) => report.amountHundredths !== undefined)?.amountHundredths,
    ),
    refundedHundredths: counted(
      at('refunded').reduce((sum, report) => sum + (report.amountHundredths ?? 0), 0),
    ),
    discountHundredths: counted(believed[0]?.discountHundredths),
    items: believed.find(({ items }) => items.length > 0)?.items ?? [],
  };
}

function buyerOf(reports: readonly OrderReport[]): string | undefined {
  for (const kind of ['e:', 'u:', 'a:'])
    for (const { people } of reports) for (const id of people) if (id.startsWith(kind)) return id;
  return undefined;
}

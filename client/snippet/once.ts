import { address } from './page.ts';
import { recall, remember } from './storage.ts';

/** The source name of calls the shop's own code makes. They always count. */
export const API = 'api';

const ORDERS = 50;
/** What happens once while the address stays; anything else may happen again after a moment. */
const ONCE_A_PAGE = /(View|Search|Start|Enter|Complet)ed$/;
/** Sources see a cart change before, at or after the shop's request for it. */
const MOMENT_MS = 3000;

/** One source's report of one event, and who else has told of it since. */
type Action = [event: string, text: string, at: number, sources: string[]];
let actions: Action[] = [];
let here: string | undefined;

/** Who wants to know of another address. */
export const visitors: (() => void)[] = [
  () => {
    actions = [];
  },
];

/** Asked for at each report too, since a theme may speak before we look. */
export const turnPage = () => {
  const next = address();
  if (here === next) return;
  here = next;
  for (const visitor of visitors) visitor();
};

/**
 * False when the action was reported before: by another source that had not yet told of it, or in the same words by
 * the same source, for a third of the time, since a shopper may well add a product twice.
 */
export const isFirst = (source: string, event: string, properties: unknown): boolean => {
  turnPage();
  const windowMs = ONCE_A_PAGE.test(event) ? Infinity : MOMENT_MS;
  const text = JSON.stringify(properties);
  const at = Date.now();
  const known = actions.find(
    ([knownEvent, knownText, knownAt, sources]) =>
      knownEvent === event &&
      (sources.includes(source)
        ? knownText === text && at - knownAt < windowMs / 3
        : at - knownAt < windowMs),
  );
  if (known) known[3].push(source);
  else actions.push([event, text, at, [source]]);
  return !known;
};

/** False when this order was counted before, in whatever tab or visit. The last 50 are remembered. */
export const isNewOrder = (id: unknown): boolean => {
  const { orders = [] } = recall();
  if (orders.includes(id)) return false;
  remember({ orders: orders.concat(id).slice(-ORDERS) });
  return true;
};

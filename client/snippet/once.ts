import { toJson } from './json.ts';
import { settle } from './later.ts';
import { address } from './page.ts';
import { MOMENT_MS, ONCE_A_PAGE } from './rules.ts';
import { recall, remember } from './storage.ts';

const MAX_ORDERS = 50;

/** One event: in what words each source told of it, and when the first did. */
type Action = [told: Record<string, string>, event: string, at: number];
let actions: Action[] = [];
let here: string | undefined;

let visit: () => unknown = () => {};
/** Calls back at every other address, once for each. */
export const onVisit = (callback: () => unknown) => {
  visit = callback;
};

/** Asked for at each report too, since a theme may speak before we look. */
export const turnPage = () => {
  const next = address();
  if (here === next) return;
  here = next;
  // What waits belongs to the page that was.
  settle(1);
  // What leads to another address may be told of by some before, by others after.
  actions = actions.filter(([, event]) => !ONCE_A_PAGE.test(event));
  visit();
};

/**
 * False when the action was reported before: by another source, if this one had not yet told of it; or by this one in
 * the same words, for a third of the time, since a shopper may well add a product twice.
 *
 * @param at when the source told of it, which may be a while ago.
 */
export const isFirst = (source: string, event: string, properties: unknown, at = Date.now()): boolean => {
  const windowMs = ONCE_A_PAGE.test(event) ? Infinity : MOMENT_MS;
  const text = toJson(properties);
  const known = actions.find(
    ([told, knownEvent, knownAt]) =>
      knownEvent === event &&
      (told[source] ? told[source] === text && at - knownAt < windowMs / 3 : at - knownAt < windowMs),
  );
  if (known) known[0][source] = text;
  else actions.push([{ [source]: text }, event, at]);
  return !known;
};

/** False when this order or checkout was counted before, in whatever tab or visit. The last 50 are remembered. */
export const isNew = (id: unknown): boolean => {
  const { orders = [] } = recall();
  if (orders.includes(id)) return false;
  remember({ orders: orders.concat(id).slice(-MAX_ORDERS) });
  return true;
};

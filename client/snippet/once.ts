import type { Action, Moment } from './api.ts';
import { flushDeferred } from './defer.ts';
import { toJson } from './json.ts';
import { now, setReferrer } from './page.ts';
import { ONCE_PER_URL, REPEAT_WINDOW_MS } from './rules.ts';
import { recall, remember } from './storage.ts';
import type { Thing } from './thing.ts';

const MAX_ORDERS = 50;

let actions: Action[] = [];
let path: string | undefined;
let url: string | undefined;
let entry: unknown;

type OnVisit = (previous: string | undefined) => unknown;
let visit: OnVisit | undefined;
/** Calls back once on each page, with the address of the page before in an app. */
export const onVisit = (callback: OnVisit) => {
  visit = callback;
};

/**
 * Another path is another page, and so is another query in a new entry of the history. A query that is replaced (a variant, a
 * filter, ad parameters that are removed) and a fragment are not, nor is a page that is not shown yet. Called by a timer and before each report, because a theme
 * may report before the timer fires.
 */
export const onUrlChange = () => {
  if ((document as Thing).prerendering) return;
  const previous = url;
  const before = path;
  const entryBefore = entry;
  path = location.pathname;
  [url] = location.href.split('#');
  entry = history.length;
  if (path === before && (url === previous || entry === entryBefore)) return;
  // Deferred reports belong to the previous page.
  flushDeferred(1);
  setReferrer(previous);
  // One action may be reported on both sides of the navigation it causes.
  actions = actions.filter(([, event]) => !ONCE_PER_URL.test(event));
  visit?.(previous);
};

/** The present moment, for a report that is made later. */
export const moment = (): Moment => {
  onUrlChange();
  return { ...now(), actions };
};

/**
 * Whether an action is new. It is not when another source reported it and this one has not yet, or when this source
 * reported it with the same properties within a third of the window: a visitor may add a product twice.
 */
export const isFirst = (
  source: string,
  event: string,
  properties: unknown,
  { timestamp, actions }: Moment = moment(),
): boolean => {
  const windowMs = ONCE_PER_URL.test(event) ? Infinity : REPEAT_WINDOW_MS;
  const text = toJson(properties);
  const known = actions.find(
    ([reported, knownEvent, knownAt]) =>
      knownEvent === event &&
      (reported[source]
        ? reported[source] === text && +timestamp - knownAt < windowMs / 3
        : +timestamp - knownAt < windowMs),
  );
  if (known) known[0][source] = text;
  else actions.push([{ [source]: text }, event, +timestamp]);
  return !known;
};

/** Whether an order or checkout id is new, in any tab or visit. The last 50 ids are stored. */
export const isNew = (id: unknown, { orders = [] } = recall()): boolean =>
  !orders.includes(id) && !(remember({ orders: orders.concat(id).slice(-MAX_ORDERS) }) as undefined);

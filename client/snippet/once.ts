import type { Action, Moment } from './api.ts';
import { flushDeferred } from './defer.ts';
import { toJson } from './json.ts';
import { address, now } from './page.ts';
import { ONCE_PER_URL, REPEAT_WINDOW_MS } from './rules.ts';
import { recall, remember } from './storage.ts';

const MAX_ORDERS = 50;

let actions: Action[] = [];
let url: string | undefined;

let visit: () => unknown = () => {};
/** Calls back once at each URL. */
export const onVisit = (callback: () => unknown) => {
  visit = callback;
};

/** Called by a timer and before each report, because a theme may report before the timer fires. */
export const onUrlChange = () => {
  const next = address();
  if (url === next) return;
  url = next;
  // Deferred reports belong to the previous URL.
  flushDeferred(1);
  // One action may be reported on both sides of the navigation it causes.
  actions = actions.filter(([, event]) => !ONCE_PER_URL.test(event));
  visit();
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
export const isNew = (id: unknown): boolean => {
  const { orders = [] } = recall();
  if (orders.includes(id)) return false;
  remember({ orders: orders.concat(id).slice(-MAX_ORDERS) });
  return true;
};

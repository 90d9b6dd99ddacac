import { options } from './config.ts';
import { KEPT_PARAMETERS } from './kept-parameters.ts';
import { emit } from './notices.ts';

const PULSE_MS = 500;

/** Wraps a function so that it never throws into the shop's page. Errors are emitted as notices. */
export const guard =
  <A extends unknown[], R>(action: (...args: A) => R) =>
  (...args: A): R | undefined => {
    try {
      return action(...args);
    } catch (error) {
      return emit('error', error) as undefined;
    }
  };

/**
 * Listens on the window, whose methods no element's name hides and which every event of the document passes; in the capture
 * phase, so that a shop that stops an event does not hide it.
 */
export const on = <E extends Event>(type: string, listener: (event: E) => unknown) =>
  addEventListener(type, guard(listener) as EventListener, true);

/** `isLeaving`: the visitor may not come back to this page. */
type Look = (isLeaving?: unknown) => void;
const looks: Look[] = [];

/**
 * Calls back every 500 ms once the document is parsed, and when the page is hidden or left. Polling costs less than
 * hooks into a shop's router, and cannot break it. The last one is called first: what it reports is sent by the first.
 */
export const watch = (look: Look) => looks.unshift(guard(look));

const runLooks = (isLeaving?: unknown) => {
  if (isLeaving || document.readyState !== 'loading') for (const look of looks) look(isLeaving);
};

export const startWatching = () => {
  // Mobile browsers may end a hidden page without another event.
  on('visibilitychange', () => document.hidden && runLooks(1));
  on('pagehide', runLooks);
  setInterval(runLooks, PULSE_MS);
  // In a task of its own, to keep tasks short.
  setTimeout(runLooks);
};

/** Within an app, its previous page. The document is read later: servers import this file too. */
let referrer: string | undefined;
export const setReferrer = (address?: string) => {
  referrer = address;
};

/** Undefined where an element named `title` stands in its place. */
export const title = guard(() => document.title.trim()) as () => string;

/** Undefined for what is no text: an element named `referrer` stands in the place of the document's. */
export const withoutQuery = guard((address: string) => address.split(/[?#]/)[0]) as (
  address: string,
) => string;

const kept = (parameter: string, name: string) =>
  KEPT_PARAMETERS.test(name) || options.keepParameters?.split(' ').includes(name) ? parameter : '';

/**
 * The page, in the names of Segment's context, and the time. Addresses are without fragment and the parameters that are not
 * kept: any may be a secret, or say who somebody is.
 */
export const now = () => ({
  page: {
    url: withoutQuery(location.href) + location.search.replace(/.([^&=]*)[^&]*/g, kept).replace(/^&/, '?'),
    path: location.pathname,
    referrer: withoutQuery(referrer ?? document.referrer),
    title: title(),
  },
  timestamp: new Date(),
});

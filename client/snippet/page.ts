import { tell } from './tell.ts';

const PULSE_MS = 500;

/** Nothing of ours may throw into the shop's page. What went wrong is told to whoever debugs. */
export const guard =
  <A extends unknown[], R>(action: (...args: A) => R) =>
  (...args: A): R | undefined => {
    try {
      return action(...args);
    } catch (error) {
      tell('error', error);
      return undefined;
    }
  };

/** Heard in the capture phase, so a shop that stops an event does not hide it. */
export const on = <E extends Event>(target: EventTarget, type: string, listener: (event: E) => unknown) =>
  target.addEventListener(type, guard(listener) as EventListener, true);

/** Looks at the page. `isLeaving`: nobody may come back to it. */
type Look = (isLeaving?: unknown) => void;
const looks: Look[] = [];

/**
 * Looks twice a second from when the page is whole, and once more when it goes away: cheaper to carry than hooks into
 * a shop's router, and nothing of the shop's to break.
 */
export const watch = (look: Look) => looks.push(guard(look));

const lookAround = (isLeaving?: unknown) => {
  if (isLeaving || document.readyState !== 'loading') for (const look of looks) look(isLeaving);
};

/** From here on those who watch are asked. */
export const startWatching = () => {
  // Out of sight may be the last we hear of a page: phones kill what is not seen.
  on(document, 'visibilitychange', () => document.hidden && lookAround(1));
  on(window, 'pagehide', lookAround);
  setInterval(lookAround, PULSE_MS);
  // In a task of its own, so that ours are short.
  setTimeout(lookAround);
};

/** Without the anchor: a jump on the page is no new page. */
export const address = () => location.href.split('#')[0];

/** A parameter of the address; null when it has none. */
export const parameter = (name: string) => new URLSearchParams(location.search).get(name);

/** The page as Segment's context names it; its `search` stands in the address. */
export const facts = () => ({
  url: location.href,
  path: location.pathname,
  referrer: document.referrer,
  title: document.title,
});

import { options } from './config.ts';

const PULSE_MS = 500;

/** Nothing of ours may throw into the shop's page. With `data-debug` the console hears what went wrong. */
export const guard =
  <A extends unknown[], R>(action: (...args: A) => R) =>
  (...args: A): R | undefined => {
    let result: R | undefined;
    try {
      result = action(...args);
    } catch (error) {
      if ('debug' in options) console.log(error);
    }
    return result;
  };

/** Heard in the capture phase, so a shop that stops an event does not hide it. */
export const on = <E extends Event>(target: EventTarget, type: string, listener: (event: E) => unknown) =>
  target.addEventListener(type, guard(listener) as EventListener, true);

/**
 * Looks now, twice a second, and once more when the page goes away: cheaper to carry than hooks into a shop's router,
 * and nothing of the shop's to break.
 */
export const watch = (look: () => void) => {
  on(window, 'pagehide', look);
  pulse(look);
};

/** Does it now and twice a second. */
export const pulse = (action: () => void) => {
  const safely = guard(action);
  safely();
  setInterval(safely, PULSE_MS);
};

/** Without the anchor: a jump on the page is no new page. */
export const address = () => location.href.split('#')[0];

/** The page as Segment's context names it. */
export const facts = () => ({
  url: location.href,
  path: location.pathname,
  search: location.search,
  referrer: document.referrer,
  title: document.title,
});

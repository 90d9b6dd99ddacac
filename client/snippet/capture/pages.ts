import { defer } from '../defer.ts';
import { onVisit } from '../once.ts';
import { now, on, title } from '../page.ts';
import { page, record } from '../track.ts';

/** A page view at the first load, at every other page of an app and at every return from the back-forward cache. */
export const capturePages = () => {
  onVisit((previous) => {
    if (!previous) return page();
    const seen = now();
    // Apps set the title after the address.
    defer(() => {
      seen.page.title = title();
      record({ type: 'page' }, '', seen)();
    });
  });
  on<PageTransitionEvent>('pageshow', ({ persisted }) => persisted && page());
};

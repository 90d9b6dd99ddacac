import { onVisit } from '../once.ts';
import { on } from '../page.ts';
import { page } from '../track.ts';

/** A page view at the first load, at every URL change and at every return from the back-forward cache. */
export const capturePages = () => {
  onVisit(page);
  on<PageTransitionEvent>(window, 'pageshow', ({ persisted }) => persisted && page());
};

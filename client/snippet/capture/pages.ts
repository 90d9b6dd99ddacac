import { onVisit } from '../once.ts';
import { on } from '../page.ts';
import { page } from '../track.ts';

/** The first load, every change to another address, and every return from the back-forward cache. */
export const capturePages = () => {
  onVisit(page);
  on<PageTransitionEvent>(window, 'pageshow', ({ persisted }) => persisted && page());
};

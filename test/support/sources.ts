import { afterEach, beforeEach, vi } from 'vitest';
import type { Report, Storebeacon } from '../../client/snippet/api.ts';
import { freshBrowser, onPage, waiting } from './snippet.ts';

/** Sources that let the others speak first. */
export const DEFERRED = ['addresses', 'cart', 'cart-form', 'json-ld'];

let storebeacon: Storebeacon;
let reports: Record<string, Report> = {};

/** Opens a page on which no source looks by itself. One that was open stays so, as in another tab. */
export async function openPage(): Promise<void> {
  delete window.storebeacon;
  storebeacon = await onPage({ captures: 'none', consent: 'granted' }, async () => {
    await import('../../client/snippet/index.ts');
    return window.storebeacon as Storebeacon;
  });
  reports = {};
}

/** Reports this event from this source; `api` is a call of the shop's own code. */
export function report(source: string, event: string, properties: Record<string, unknown>): void {
  if (source === 'api') storebeacon.track(event, properties);
  else if (!reports[source]) {
    storebeacon.capture(source, (callback) => {
      reports[source] = callback;
    });
  }
  reports[source]?.(event, properties);
}

interface Queued {
  event: string;
  timestamp: string;
  properties: Record<string, unknown>;
  context: { page: { path: string } };
}
/** What waits to be sent, oldest first. */
export const queued = (): Queued[] => waiting();
export const queuedBy = () => queued().map(({ properties }) => properties.by);
/** Empties the queue, as if all had been sent. */
export const forget = () => {
  for (const key of Object.keys(localStorage)) if (key.startsWith('_sb_q')) localStorage.removeItem(key);
};

const START = Date.parse('2026-11-27T08:00:00Z');
/** Until the page is this old. */
export const until = (ms: number) => vi.advanceTimersByTime(START + ms - Date.now());

/** Every test of the file begins with an empty browser, a visitor who allows all, and a page that is just there. */
export function onFreshPages(): void {
  beforeEach(async () => {
    freshBrowser('/tea');
    vi.useFakeTimers({ now: START });
    vi.stubGlobal(
      'XMLHttpRequest',
      class {
        open() {}
        send() {}
      },
    );
    navigator.sendBeacon = vi.fn(() => true);
    await openPage();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}

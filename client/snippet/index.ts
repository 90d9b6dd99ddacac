import type { Properties, Storebeacon } from './api.ts';
import { forgetClick, forgetVisit } from './attribution.ts';
import { clear } from './batch.ts';
import type { Capture } from './capture/capture.ts';
import { captureDataAttributes } from './capture/data-attributes.ts';
import { captureForms } from './capture/forms.ts';
import { captureJsonLd } from './capture/json-ld.ts';
import { capturePages } from './capture/pages.ts';
import { captureShopline } from './capture/shopline.ts';
import { base, options } from './config.ts';
import { isAllowed, recordChoice, resolved } from './consent.ts';
import { anonymousId, forgetIdentity } from './identity.ts';
import { API, isFirst, turnPage } from './once.ts';
import { guard, on, pulse, watch } from './page.ts';
import { flush, leave } from './send.ts';
import { remember } from './storage.ts';
import { held, identify, page, release, track } from './track.ts';

/** By the names `data-captures` knows, in the order they look at a page. */
const CAPTURES: Record<string, Capture> = {
  pages: capturePages,
  shopline: captureShopline,
  'json-ld': captureJsonLd,
  'data-attributes': captureDataAttributes,
  forms: captureForms,
};

const reset = () => {
  held.length = 0;
  clear();
  forgetIdentity();
  forgetVisit();
};

const obeyConsent = () => {
  const consent = resolved();
  if (!consent) return;
  if (!consent.advertising) forgetClick();
  release();
  if (!isAllowed(consent)) {
    reset();
    remember({ orders: [] });
  }
};

const api: Storebeacon = {
  page,
  track(event, properties) {
    isFirst(API, event, properties);
    track(event, properties);
  },
  identify(user: unknown, traits?: Properties) {
    if (user === Object(user)) identify('', user as Properties);
    else identify(user as string, traits);
  },
  consent(choice) {
    recordChoice(choice);
    obeyConsent();
  },
  reset,
  anonymousId,
  ready: (callback) => callback(api),
};

/** Tells the captures to look, and makes the calls that the stub took down. */
const start = guard((early: [string, ...unknown[]][]) => {
  const methods = api as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name in methods) methods[name] = guard(methods[name] as () => unknown);
  window.storebeacon = api;
  if (options.pixel === 'mirror') {
    api.mirror = [];
    const script = document.createElement('script');
    script.src = `${base}/pixel-tiktok.js`;
    document.head.append(script);
  }
  obeyConsent();
  for (const source in CAPTURES) {
    if (!(options.captures || source).includes(source)) continue;
    guard(CAPTURES[source] as Capture)((event, properties) => {
      if (isFirst(source, event, properties)) track(event, properties);
    });
  }
  watch(turnPage);
  pulse(flush);
  on(document, 'visibilitychange', () => document.hidden && leave());
  on(window, 'pagehide', leave);
  for (const [name, ...args] of early) methods[name]?.(...args);
});

// Only the stub has a queue: included twice, the second copy does nothing.
const { q } = window.storebeacon || { q: [] };
if (options.key && q) start(q);

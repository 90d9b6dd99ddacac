import type { Consent } from '../../shared/consent.ts';
import type { Capture, Choice, Storebeacon, Visitor } from './api.ts';
import { forgetClick, forgetSession, readAddress } from './attribution.ts';
import { clear } from './batch.ts';
import { capture } from './capture/capture.ts';
import { captureDataAttributes } from './capture/data-attributes.ts';
import { captureForms } from './capture/forms.ts';
import { captureJsonLd, keepUnread, unread } from './capture/json-ld.ts';
import { capturePages } from './capture/pages.ts';
import { options } from './config.ts';
import { isAllowed, recordChoice, resolved } from './consent.ts';
import { flushDeferred } from './defer.ts';
import { startRemembering } from './early.ts';
import { anonymousId, forgetIdentity, storedId } from './identity.ts';
import { toJson } from './json.ts';
import { load } from './load.ts';
import { emit, listen } from './notices.ts';
import { isFirst, onUrlChange } from './once.ts';
import { guard, now, on, startWatching, watch } from './page.ts';
import { API } from './rules.ts';
import { flush, leave } from './send.ts';
import { remember } from './storage.ts';
import { copy } from './text.ts';
import type { Thing } from './thing.ts';
import { held, identify, page, record, release } from './track.ts';

/** Plugins, by the setting that asks for them. */
const PLUGINS = {
  consentTool: 'consent-tools',
  dataLayer: 'data-layer',
  debug: 'debug',
  domains: 'links',
  pixel: 'pixel-tiktok',
} as const;
const OFF = 'off';

const captureShopline = () => watch(() => (window as Thing).Shopline && load('shopline', 1));

/** Sources by their names in `data-captures`. */
const CAPTURES: Record<string, Capture> = {
  pages: capturePages,
  'json-ld': captureJsonLd,
  shopline: captureShopline,
  'data-attributes': captureDataAttributes,
  forms: captureForms,
};

const reset = () => {
  held.length = 0;
  unread.length = 0;
  clear();
  forgetIdentity();
  forgetSession();
};

/** @param before the consent in force before the visitor chose now. */
const applyConsent = (before?: Consent) => {
  const consent = resolved();
  if (!consent) return;
  emit('consent', consent);
  if (!consent.advertising) forgetClick();
  const id = storedId();
  let event = before && toJson(before) !== toJson(consent) && 'Consent Updated';
  if (!isAllowed(consent)) {
    event = 'Consent Denied';
    reset();
    remember({ orders: [] });
  }
  if (event && id)
    record(
      { type: 'track', event, properties: {} },
      '',
      { ...now(), visitor: { anonymousId: id, context: {} } as Visitor },
      1,
    )();
  release();
};

/** Publishes `window.storebeacon`, starts captures and plugins, then runs the calls that the stub recorded. */
export const start = guard(() => {
  const { storebeacon } = window;
  // The stub has `q`; an element with this id, which is a global as well, has neither. A second copy does nothing.
  if (!options.key || (storebeacon?.listen && !storebeacon.q)) return;
  const api = {
    page,
    track(event, given) {
      const properties = copy(given);
      isFirst(API, event, properties);
      record({ type: 'track', event, properties })();
    },
    identify,
    consent(choice: Choice) {
      const before = resolved();
      recordChoice(choice);
      applyConsent(before);
    },
    reset,
    anonymousId,
    ready: (callback) => callback(api),
    capture,
    listen,
  } as Storebeacon & Record<string, Thing>;
  for (const name in api) api[name] = guard(api[name]);
  api.options = options;
  window.storebeacon = api;
  options.debug = options.debug ?? (/sb_debug=/.exec(location.search) as unknown as string);
  // Not `in`, which also lists properties that a shop adds to every object.
  for (const setting of Object.keys(PLUGINS)) {
    const name = setting as keyof typeof PLUGINS;
    if ((options[name] ?? OFF) !== OFF) load(PLUGINS[name]);
  }
  watch((isLeaving) => {
    if (!isLeaving) return flush();
    keepUnread(1);
    leave();
  });
  watch(flushDeferred);
  watch(onUrlChange);
  // A source of another name is loaded as a plugin. Sorted, so that `json-ld` is loaded before `shopline`.
  for (const source of (options.captures?.split(' ') || Object.keys(CAPTURES)).sort()) {
    if (source) guard((CAPTURES[source] || load) as (name: string) => void)(source);
  }
  readAddress();
  const begin = () => {
    applyConsent();
    startWatching();
    startRemembering();
  };
  // A prerendered page counts when it is shown, if it ever is.
  if ((document as Thing).prerendering) on('prerenderingchange', begin);
  else begin();
  for (const [name, ...args] of storebeacon?.q || []) api[name]?.(...args);
});

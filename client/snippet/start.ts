import type { Capture, Choice, Properties, Storebeacon } from './api.ts';
import { forgetClick, forgetVisit } from './attribution.ts';
import { clear } from './batch.ts';
import { capture } from './capture/capture.ts';
import { captureDataAttributes } from './capture/data-attributes.ts';
import { captureForms } from './capture/forms.ts';
import { captureJsonLd } from './capture/json-ld.ts';
import { capturePages } from './capture/pages.ts';
import type { Thing } from './capture/translate.ts';
import { options } from './config.ts';
import { isAllowed, recordChoice, resolved } from './consent.ts';
import { anonymousId, forgetIdentity } from './identity.ts';
import { settle } from './later.ts';
import { isFirst, turnPage } from './once.ts';
import { guard, parameter, startWatching, watch } from './page.ts';
import { API } from './rules.ts';
import { flush, leave } from './send.ts';
import { remember } from './storage.ts';
import { listen, tell } from './tell.ts';
import { copy } from './text.ts';
import { held, identify, note, page, release } from './track.ts';

/** Files of their own, by the setting that asks for them. */
const COMPANIONS = {
  consentTool: 'consent-tools',
  dataLayer: 'data-layer',
  debug: 'debug',
  domains: 'links',
  pixel: 'pixel-tiktok',
} as const;
const OFF = 'off';
const load = guard((name: string): undefined => {
  const script = document.createElement('script');
  script.src = `${options.base}/${name}.js`;
  document.head.append(script);
});

/** What SHOPLINE's themes say is a file of its own, for the pages they run. */
const captureShopline = () => {
  let name: string | undefined = 'shopline';
  watch(() => {
    if (name && (window as Thing).Shopline) name = load(name);
  });
};

/** By the names `data-captures` knows, in the order they look at a page. */
const CAPTURES: Record<string, Capture> = {
  pages: capturePages,
  'json-ld': captureJsonLd,
  shopline: captureShopline,
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
  tell('consent', consent);
  if (!consent.advertising) forgetClick();
  release();
  if (!isAllowed(consent)) {
    reset();
    remember({ orders: [] });
  }
};

/** Tells the captures to look, and makes the calls that the stub took down. */
export const start = guard((early: [string, ...unknown[]][]) => {
  const api = {
    page,
    track(event, given) {
      const properties = copy(given);
      turnPage();
      isFirst(API, event, properties);
      note({ type: 'track', event, properties })();
    },
    identify(user: unknown, traits?: Properties) {
      if (user === Object(user)) identify('', user as Properties);
      else identify(user as string, traits);
    },
    consent(choice: Choice) {
      recordChoice(choice);
      obeyConsent();
    },
    reset,
    anonymousId,
    ready: (callback) => callback(api),
    capture,
    listen,
  } as Storebeacon;
  const methods = api as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name in methods) methods[name] = guard(methods[name] as () => unknown);
  api.options = options;
  window.storebeacon = api;
  options.debug ??= parameter('sb_debug') as string;
  // Not `in`: a shop may have given every object more properties.
  for (const setting of Object.keys(COMPANIONS)) {
    const name = setting as keyof typeof COMPANIONS;
    if ((options[name] ?? OFF) !== OFF) load(COMPANIONS[name]);
  }
  obeyConsent();
  // A source we do not know is a file of its own.
  for (const source of options.captures?.split(' ') || Object.keys(CAPTURES)) {
    const start = CAPTURES[source];
    if (start) capture(source, start);
    else if (source) load(source);
  }
  watch(turnPage);
  watch(settle);
  watch((isLeaving) => (isLeaving ? leave() : flush()));
  startWatching();
  for (const [name, ...args] of early) methods[name]?.(...args);
  return api;
});

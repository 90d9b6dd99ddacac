import { MAYBE, placeIn, SURE } from './region.ts';
import { everything, globals, type Tool } from './tool.ts';

const STORAGE = 'ad_storage';
const USER_DATA = 'ad_user_data';
const PERSONALIZATION = 'ad_personalization';
const ANALYTICS = 'analytics_storage';
const SIGNALS = [STORAGE, USER_DATA, PERSONALIZATION, ANALYTICS];
const GRANTED = 'granted';

type Signals = Record<string, unknown>;

/** What was read is remembered here, because Tag Manager drops the oldest entries of the data layer. */
const known = new WeakSet();
/** `place`: where the visitor is in regard to its regions; below 0 for the default of all other regions. */
const defaults: [signals: Signals, place: number][] = [];
const updates: Signals = {};
let isChosen: unknown;
let hasLooked: unknown;
/** Until then the shop's tool may update a default. */
let waitUntilMs = 0;

/** The strictest of the defaults that may hold: those of regions the visitor may be in, and that of all other regions. */
const defaultOf = (name: string) => {
  const isNamed = defaults.some(([, place]) => place === SURE);
  const states = defaults
    .filter(([, place]) => (place < 0 ? !isNamed : place >= MAYBE))
    .map(([signals]) => signals[name])
    .filter(Boolean);
  return states.find((state) => state !== GRANTED) || states[0];
};

/** Two signals are new in version 2: where a shop does not name them, `ad_storage` stands for them. */
const stateOf = (name: string): unknown =>
  updates[name] || defaultOf(name) || (/user|pers/.test(name) ? stateOf(STORAGE) : undefined);

/**
 * Consent Mode, version 1 and 2: every `gtag('consent', …)` entry of the data layer. An `update` is the visitor's choice;
 * signals it leaves out keep their default. But while a page loads, many tools push an update that denies what is denied
 * anyway: before the visitor did anything on the page, that is no choice. A `default` counts only when it grants all
 * signals; otherwise an update is awaited.
 *
 * @see https://developers.google.com/tag-platform/security/guides/consent (read 2026-11-29)
 */
export const google: Tool = (_look, options) => {
  const dataLayer = globals[`${options.dataLayer}`] || globals.dataLayer;
  // Older browsers do not say whether the visitor did something.
  const isLate = navigator.userActivation?.hasBeenActive ?? hasLooked;
  for (const entry of Array.isArray(dataLayer) ? dataLayer : []) {
    if (entry?.[0] !== 'consent' || known.has(entry)) continue;
    known.add(entry);
    const [, command, signals] = entry;
    if (command === 'default') {
      defaults.push([{ ...signals }, Math.max(...[].concat(signals.region || []).map(placeIn))]);
      waitUntilMs = Math.max(waitUntilMs, Date.now() + (signals.wait_for_update | 0));
    } else if (command === 'update')
      for (const name of SIGNALS) {
        const state = signals[name];
        if (!state) continue;
        isChosen ||= isLate || state !== 'denied' || defaultOf(name) === GRANTED;
        updates[name] = state;
      }
  }
  hasLooked = 1;
  const grants = (...names: string[]) => names.every((name) => stateOf(name) === GRANTED);
  if (isChosen)
    return {
      advertising: grants(STORAGE, USER_DATA),
      analytics: grants(ANALYTICS),
      marketing: grants(USER_DATA, PERSONALIZATION),
    };
  if (!SIGNALS.some(stateOf)) return undefined;
  return grants(...SIGNALS) && Date.now() >= waitUntilMs ? everything(true) : null;
};

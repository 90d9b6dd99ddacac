import { everything, globals, type Tool } from './tool.ts';

const STORAGE = 'ad_storage';
const USER_DATA = 'ad_user_data';
const PERSONALIZATION = 'ad_personalization';
const ANALYTICS = 'analytics_storage';
const SIGNALS = [STORAGE, USER_DATA, PERSONALIZATION, ANALYTICS];

/** Remembered here, because Tag Manager drops the oldest entries of the data layer. */
const defaults: Record<string, unknown> = {};
const updates: Record<string, unknown> = {};

/**
 * Consent Mode v2: every `gtag('consent', …)` entry of the data layer. An `update` is the visitor's choice; signals it
 * leaves out keep their default. A `default` counts only when it grants all four signals; otherwise an update is
 * awaited. A page does not know its visitor's region: of several regional defaults the strictest counts.
 *
 * @see https://developers.google.com/tag-platform/security/guides/consent (read 2026-11-27)
 */
export const google: Tool = (_look, options) => {
  const dataLayer = globals[`${options.dataLayer}`] || globals.dataLayer;
  for (const entry of Array.isArray(dataLayer) ? dataLayer : []) {
    if (entry?.[0] !== 'consent') continue;
    const signals = entry[2];
    for (const name in signals) {
      if (entry[1] === 'update') updates[name] = signals[name];
      else if (entry[1] === 'default' && defaults[name] !== 'denied') defaults[name] = signals[name];
    }
  }
  const grants = (...names: string[]) =>
    names.every((name) => (updates[name] ?? defaults[name]) === 'granted');
  const isAmong = (states: object) => SIGNALS.some((name) => name in states);
  if (isAmong(updates))
    return {
      advertising: grants(STORAGE, USER_DATA),
      analytics: grants(ANALYTICS),
      marketing: grants(USER_DATA, PERSONALIZATION),
    };
  if (grants(...SIGNALS)) return everything(true);
  return isAmong(defaults) ? null : undefined;
};

import { type Consent, chosenConsent } from '../../shared/consent.ts';
import type { Choice } from './api.ts';
import { options } from './config.ts';
import { toJson } from './json.ts';
import { recall, remember } from './storage.ts';
import type { Thing } from './thing.ts';

export const recordChoice = (made: Choice) => remember({ choice: { ...recall().choice, ...made } });

/** Undefined in browsers without it. */
const gpc: boolean = (navigator as Thing).globalPrivacyControl;

/**
 * With a consent tool, each page asks the tool: an earlier choice counts once the plugin has seen that the tool does not ask
 * anew. The plugin sets `asks`.
 */
const isAsking = () =>
  ((options as { asks?: unknown }).asks ?? options.consentTool ?? 'off') !== 'off' && recall().choice;

/**
 * The consent in force for every purpose. Undefined while the visitor has not chosen and the default is `denied`:
 * messages are held then. So they are in SHOPLINE's theme editor, for ever, and on a page that is not shown yet.
 */
export const resolved = (): Consent | undefined =>
  (window as Thing).Shopline?.designMode || (document as Thing).prerendering || isAsking()
    ? undefined
    : chosenConsent(recall().choice, options.consent === 'granted', gpc);

/**
 * What messages say of a consent: without a choice it is `assumed`, the script tag's default, of which the collector keeps
 * no record; Global Privacy Control, which denies advertising, counts as said.
 */
export const stated = (categoryPreferences: Consent) => ({
  categoryPreferences,
  ...(!recall().choice && { gpc, assumed: true }),
});

export const isAllowed = (consent: Consent) => toJson(consent).includes('true');

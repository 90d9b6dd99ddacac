import { type Consent, chosenConsent } from '../../shared/consent.ts';
import type { Choice } from './api.ts';
import { options } from './config.ts';
import { recall, remember } from './storage.ts';
import type { Thing } from './thing.ts';

export const recordChoice = (choice: Choice) => remember({ choice: { ...recall().choice, ...choice } });

/**
 * The consent in force for every purpose. Undefined while the visitor has not chosen and the default is `denied`:
 * messages are held then. So they are in SHOPLINE's theme editor, for ever.
 */
export const resolved = (): Consent | undefined =>
  (window as Thing).Shopline?.designMode
    ? undefined
    : chosenConsent(
        recall().choice,
        options.consent === 'granted',
        (navigator as Thing).globalPrivacyControl,
      );

/**
 * Whether this consent is only the script tag's default, of which the collector keeps no record. Global Privacy Control,
 * which denies advertising, counts as a choice.
 */
export const isAssumed = ({ advertising }: Consent) => !recall().choice && advertising;

export const isAllowed = (consent: Consent) => Object.values(consent).includes(true);

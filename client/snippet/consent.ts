import { type Consent, resolveConsent } from '../../shared/consent.ts';
import type { Choice } from './api.ts';
import { options } from './config.ts';
import { recall, remember } from './storage.ts';

export const recordChoice = (choice: Choice) => remember({ choice: { ...recall().choice, ...choice } });

/**
 * The consent in force for every purpose. Undefined while the visitor has not chosen and the default is `denied`:
 * messages are held then.
 */
export const resolved = (): Consent | undefined => {
  const { choice } = recall();
  const isGranted = options.consent === 'granted';
  return choice || isGranted
    ? resolveConsent(
        choice,
        isGranted,
        (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl as boolean,
      )
    : undefined;
};

export const isAllowed = (consent: Consent) => Object.values(consent).includes(true);

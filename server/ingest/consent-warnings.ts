import type { Context } from '../../shared/message.ts';
import type { Shop } from '../config/config.ts';
import type { Entry, Store } from '../store/store.ts';
import { chosenConsent } from './consent-choice.ts';
import { MAX_WARNINGS } from './warnings.ts';

/** Of one message, whether it says what its shop needs of consent. */
export interface ConsentWarning {
  index: number;
  path: string;
  code: 'consent-missing' | 'consent-default-differs';
}

/** A message that says nothing of consent, and its event. */
export interface Silent {
  index: number;
  event: Entry['event'];
}

const PATH = 'context.consent';

/** True where the tag's default, which stands in while nobody has chosen, is not the shop's. */
export function defaultDiffers(context: Context, shop: Shop): boolean {
  if (context.consent?.assumed !== true) return false;
  return Object.values(chosenConsent(context, shop) ?? {}).some((value) => value !== shop.consentDefault);
}

/** True for an event that goes nowhere unless a consent record grants something. */
export const isSilent = ({ assumed = [], consent }: Entry['event']): boolean =>
  assumed.length === Object.keys(consent).length && Object.values(consent).every((isGranted) => !isGranted);

/** At most 20, in the order of the messages. Those whose sender's record grants something are delivered. */
export async function consentWarnings(
  differing: readonly number[],
  silent: readonly Silent[],
  log: Pick<Store, 'hasGrant'>,
): Promise<ConsentWarning[]> {
  const asked = silent.slice(0, MAX_WARNINGS);
  const granted = await Promise.all(asked.map(({ event }) => log.hasGrant(event)));
  return [
    ...differing.map((index): ConsentWarning => ({ index, path: PATH, code: 'consent-default-differs' })),
    ...asked
      .filter((_, nth) => !granted[nth])
      .map(({ index }): ConsentWarning => ({ index, path: PATH, code: 'consent-missing' })),
  ]
    .sort((a, b) => a.index - b.index)
    .slice(0, MAX_WARNINGS);
}

import { isbot } from 'isbot';
import { type Consent, PURPOSES, type Purpose, resolveConsent } from '../../shared/consent.ts';
import { isObject } from '../../shared/is-object.ts';
import type { Context, Message } from '../../shared/message.ts';
import type { SkipReason } from '../../shared/reasons.ts';
import type { Shop } from '../config/config.ts';
import { memoize } from '../lib/cache.ts';
import { canonicalIp, readIp } from '../lib/read-ip.ts';
import { coarseIp, coarseUserAgent } from '../privacy/coarsen.ts';
import { chosenConsent } from './consent-choice.ts';
import { happenedAtMs } from './event-time.ts';
import type { Sender } from './sender.ts';
import { tiktokIds } from './tiktok-ids.ts';

/** What the request adds to a message: known only while it is being received. */
export interface Enrichment {
  /** ISO 8601 UTC: when it happened (skew corrected), when it was received. */
  timestamp: string;
  receivedAt: string;
  consent: Consent;
  /** The purposes that the message did not decide; none: absent. */
  assumed?: Purpose[];
  context: Context;
}

/** A few thousand browsers make up nearly all visits, and isbot's pattern is expensive to evaluate. */
const isRobot = memoize(5_000, isbot);

/** Why a message is not stored. `said`: what is kept of one in which the visitor chose. */
export interface Skipped {
  skip: SkipReason;
  said?: Enrichment;
}

/**
 * Resolves time, consent, address, user agent and click ids of a message.
 *
 * @param batchSentAt `sentAt` of the batch, used for messages without one.
 * @returns the reason why the message is not stored: a robot the shop drops, or a visitor who denied every purpose.
 */
export function enrich(
  message: Message,
  sender: Sender,
  shop: Shop,
  batchSentAt?: string,
): Enrichment | Skipped {
  const context = message.context ?? {};
  const { consent, assumed, isAnswered } = consentOf(context, sender, shop);
  const times = {
    timestamp: new Date(happenedAtMs(message, sender.receivedAtMs, batchSentAt)).toISOString(),
    receivedAt: new Date(sender.receivedAtMs).toISOString(),
  };
  const skipped = (skip: SkipReason): Skipped => ({
    skip,
    ...(assumed.length < PURPOSES.length && {
      said: {
        ...times,
        consent,
        ...(assumed.length > 0 && { assumed }),
        // Only a backend's word counts for the person they name.
        context: sender.source === 'server' && context.traits ? { traits: context.traits } : {},
      },
    }),
  });
  if (isAnswered && PURPOSES.every((purpose) => !consent[purpose])) return skipped('consent');
  const userAgent = sender.isBrowser ? sender.userAgent : context.userAgent;
  const isBot = isRobot(context.userAgent ?? userAgent ?? '');
  if (isBot && shop.bots === 'drop') return skipped('bot');
  const { consent: _, bot: __, tiktok: ___, ...rest } = context;
  const ip = sender.isBrowser ? canonicalIp(sender.ip) : readIp(context.ip);
  return {
    ...times,
    consent,
    ...(assumed.length > 0 && { assumed }),
    context: {
      ...rest,
      ip: ip && (consent.advertising ? ip : coarseIp(ip)),
      userAgent: userAgent && (consent.advertising ? userAgent : coarseUserAgent(userAgent)),
      tiktok: tiktokIds(message, sender, consent),
      ...(sender.country !== undefined && {
        location: { ...(isObject(rest.location) && rest.location), country: sender.country },
      }),
      ...(isBot && { bot: true }),
    },
  };
}

/**
 * What a message says about consent, else the shop's default. While nobody has chosen, the snippet sends its tag's
 * default as `assumed`: that decides the message and nothing else. Global Privacy Control is a choice.
 *
 * @returns `isAnswered`: the message names categories of the shop's.
 */
function consentOf(context: Context, sender: Sender, shop: Shop) {
  const choice = chosenConsent(context, shop);
  const gpc = sender.gpc || context.consent?.gpc === true;
  const isAssumed = context.consent?.assumed === true;
  const assumed = PURPOSES.filter(
    (purpose) => (isAssumed || choice?.[purpose] === undefined) && !(gpc && purpose === 'advertising'),
  );
  return {
    consent: resolveConsent(choice, shop.consentDefault, gpc),
    assumed,
    isAnswered: choice !== undefined,
  };
}

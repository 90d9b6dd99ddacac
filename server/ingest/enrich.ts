import { isbot } from 'isbot';
import { type Consent, PURPOSES, resolveConsent } from '../../shared/consent.ts';
import { type Context, isObject, type Message } from '../../shared/message.ts';
import type { SkipReason } from '../../shared/reasons.ts';
import type { Shop } from '../config/config.ts';
import { memoize } from '../lib/cache.ts';
import { canonicalIp, coarseIp, coarseUserAgent } from '../privacy/coarsen.ts';
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
  /** The message carries no consent choice; `consent` is the shop's default. */
  isAssumed?: true;
  context: Context;
}

/** A few thousand browsers make up nearly all visits, and isbot's pattern is expensive to evaluate. */
const isRobot = memoize(5_000, isbot);

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
): Enrichment | { skip: SkipReason } {
  const context = message.context ?? {};
  const choice = chosenConsent(context, shop);
  const gpc = sender.gpc || context.consent?.gpc === true;
  const consent = resolveConsent(choice, shop.consentDefault, gpc);
  if (choice && PURPOSES.every((purpose) => !consent[purpose])) return { skip: 'consent' };
  const userAgent = sender.isBrowser ? sender.userAgent : context.userAgent;
  const isBot = isRobot(context.userAgent ?? userAgent ?? '');
  if (isBot && shop.bots === 'drop') return { skip: 'bot' };
  const { consent: _, bot: __, tiktok: ___, ...rest } = context;
  const ip = canonicalIp(sender.isBrowser ? sender.ip : context.ip);
  return {
    timestamp: new Date(happenedAtMs(message, sender.receivedAtMs, batchSentAt)).toISOString(),
    receivedAt: new Date(sender.receivedAtMs).toISOString(),
    consent,
    ...(!choice && !gpc && { isAssumed: true as const }),
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

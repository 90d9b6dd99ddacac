import { isIP } from 'node:net';
import type { Consent } from '../../../shared/consent.ts';
import type { Context } from '../../../shared/message.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import type { Shop } from '../../config/config.ts';
import { toEvent } from '../../ingest/event.ts';
import type { Counters } from '../../observe/counters.ts';
import { coarseIp, coarseUserAgent } from '../../privacy/coarsen.ts';
import { type PiiEncryption, piiBinding } from '../../privacy/encrypted-pii.ts';
import type { Append } from '../../store/event-log.ts';
import type { Mapped } from './mapped.ts';
import { happenedAt } from './time.ts';

export interface EntryParts {
  piiEncryption: PiiEncryption;
  counters: Counters;
}

/** What a webhook said, as it goes into the log: nothing personal in clear, nothing that consent does not allow. */
export function toEntry(
  { piiEncryption, counters }: EntryParts,
  { message, orderKey, only }: Mapped,
  shop: Shop,
  consent: Consent,
  receivedAtMs: number,
): Append {
  const acceptance = {
    timestamp: happenedAt(message.timestamp, receivedAtMs),
    receivedAt: new Date(receivedAtMs).toISOString(),
    consent,
    context: allowedContext(message.context ?? {}, consent),
  };
  const { event: protectedEvent, raw, dropped } = toEvent(message, acceptance, shop);
  for (const field of dropped) counters.count('fields_dropped', { shop: shop.id, field });
  const event: ProtectedEvent = {
    ...protectedEvent,
    source: 'webhook',
    ...(orderKey && { orderKey }),
    ...(only && { only }),
  };
  return raw && !only ? { event, encryptedPii: piiEncryption.encrypt(raw, piiBinding(event)) } : { event };
}

/** Address and browser are kept whole only where advertising is allowed. */
function allowedContext({ ip, userAgent, ...rest }: Context, { advertising }: Consent): Context {
  const address = ip?.trim();
  return {
    ...rest,
    ...(address && isIP(address) && { ip: advertising ? address : coarseIp(address) }),
    ...(userAgent && { userAgent: advertising ? userAgent : coarseUserAgent(userAgent) }),
  };
}

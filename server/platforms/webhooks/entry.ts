import type { Consent, Purpose } from '../../../shared/consent.ts';
import type { Context } from '../../../shared/message.ts';
import type { Shop } from '../../config/config.ts';
import { toEvent } from '../../ingest/event.ts';
import { readIp } from '../../lib/read-ip.ts';
import type { Counters } from '../../observe/counters.ts';
import { readClaim } from '../../orders/claim.ts';
import { coarseIp, coarseUserAgent } from '../../privacy/coarsen.ts';
import { digestContacts } from '../../privacy/contacts.ts';
import { type PiiEncryption, piiBinding } from '../../privacy/encrypted-pii.ts';
import type { Entry, Store } from '../../store/store.ts';
import type { Mapped } from './mapped.ts';

export interface EntryParts {
  log: Pick<Store, 'witnessOf'>;
  piiEncryption: PiiEncryption;
  counters: Counters;
}

/** A mapped webhook as an entry of the event log: without personal data in clear, reduced to what consent allows. */
export function toEntry(
  { piiEncryption, counters, log }: EntryParts,
  { message, account, audience, tokens = [], acceptsMarketing }: Mapped,
  shop: Shop,
  basis: Consent,
  receivedAtMs: number,
): Entry {
  const isStated = acceptsMarketing !== undefined;
  const consent = isStated ? { ...basis, marketing: acceptsMarketing } : basis;
  const acceptance = {
    timestamp: occurredAt(message.timestamp, receivedAtMs),
    receivedAt: new Date(receivedAtMs).toISOString(),
    consent,
    ...(isStated && { assumed: ['advertising', 'analytics'] satisfies Purpose[] }),
    context: allowedContext(message.context ?? {}, consent),
  };
  const { event, raw, dropped } = toEvent(message, acceptance, shop, 'platform');
  if (account) event.account = digestContacts(account, shop.country);
  for (const field of dropped) counters.count('fields_dropped', { shop: shop.id, field });
  if (audience) return { event, audience };
  const claim = readClaim(event);
  const witness = claim && log.witnessOf(readIp(message.context?.ip));
  return {
    event,
    ...(raw && { encryptedPii: piiEncryption.encrypt(raw, piiBinding(event)) }),
    ...(claim && { claim: { ...claim, tokens: [...new Set([...claim.tokens, ...tokens])] } }),
    ...(witness !== undefined && { witness }),
  };
}

/** The full IP address and user agent are kept only with consent to advertising. */
function allowedContext({ ip, userAgent, ...rest }: Context, { advertising }: Consent): Context {
  const address = readIp(ip);
  return {
    ...rest,
    ...(address !== undefined && { ip: advertising ? address : coarseIp(address) }),
    ...(userAgent && { userAgent: advertising ? userAgent : coarseUserAgent(userAgent) }),
  };
}

const FUTURE_TOLERANCE_MS = 5 * 60_000;

/** The stated time of an event; the time of receipt when none is stated or it is more than 5 minutes ahead. */
function occurredAt(timestamp: string | undefined, receivedAtMs: number): string {
  const ms = timestamp === undefined ? Number.NaN : Date.parse(timestamp);
  const isPast = ms <= receivedAtMs + FUTURE_TOLERANCE_MS;
  return new Date(isPast ? ms : receivedAtMs).toISOString();
}

import { stateOf } from '../../shared/consent.ts';
import { isObject } from '../../shared/is-object.ts';
import type { Message } from '../../shared/message.ts';
import { orderTokens } from '../../shared/order-ids.ts';
import type { Shop } from '../config/config.ts';
import { readClaim } from '../orders/claim.ts';
import { isSha256 } from '../privacy/hash.ts';
import { contactsOf } from '../privacy/person.ts';
import type { Denial, Store } from '../store/store.ts';
import type { Enrichment, Skipped } from './enrich.ts';
import { toEvent } from './event.ts';
import { ownTimeMs } from './event-time.ts';
import type { Sender } from './sender.ts';

/** Digests of the cart's token, for pages whose visitor must not be known by anything else. */
const DIGESTS = ['cart_id_sha256', 'cart_token_sha256'] as const;

/** What is kept of a skipped message in which the visitor chose. Of an order a robot's message is no evidence. */
export const toStatement = (message: Message, { skip, said }: Skipped, ...from: From): Denial[] => {
  if (!said) return [];
  const { claim, tokens, tokenDigests, ...statement } = toDenial(message, said, ...from);
  return [{ ...statement, ...(skip !== 'bot' && { ...(claim && { claim }), tokens, tokenDigests }) }];
};
type From = [sender: Sender, shop: Shop, witnessOf: Store['witnessOf']];

/** What is kept of a message that grants no purpose: who, what was said, when, and what proves that it belongs to an order. */
function toDenial(
  message: Message,
  denied: Enrichment,
  { source, peer }: Sender,
  shop: Shop,
  witnessOf: Store['witnessOf'],
): Denial {
  const { context: _, ...bare } = message;
  const { event } = toEvent(bare, denied, shop, source);
  const { anonymousId, userId } = event.identity;
  const { emailSha256 } = contactsOf(event);
  const choice = stateOf(event.consent, event.assumed);
  const claim = readClaim(event);
  const witness = witnessOf(peer);
  const ownMs = source === 'browser' ? ownTimeMs(message) : undefined;
  const properties = 'properties' in message && isObject(message.properties) ? message.properties : {};
  const tokenDigests = DIGESTS.map((name) => properties[name]).filter(
    (digest): digest is string => typeof digest === 'string' && isSha256(digest),
  );
  return {
    ...{
      shop: shop.id,
      source,
      messageId: event.messageId,
      choice,
      tokens: orderTokens(event.properties),
      tokenDigests,
    },
    receivedAtMs: Date.parse(event.receivedAt),
    saidAtMs: Date.parse(event.timestamp),
    ...(anonymousId !== undefined && { anonymousId }),
    ...(userId !== undefined && { userId }),
    ...(emailSha256 !== undefined && { emailSha256 }),
    ...(claim && { claim }),
    ...(witness !== undefined && { witness }),
    ...(ownMs !== undefined && { ownMs }),
  };
}

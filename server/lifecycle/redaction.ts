import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import type { Store } from '../store/store.ts';
import { eraseVisitor } from './erase.ts';

export interface RedactionParts {
  log: Store;
  piiEncryption: PiiEncryption;
  state: Pick<AnalyticsStore, 'near' | 'erase' | 'purge'>;
  clock: Pick<Clock, 'now'>;
  logger: Logger;
}

/**
 * Carries out a redaction requested by the shop's platform.
 *
 * `Shop Redacted` removes everything of the shop. `Customer Redacted` erases the customer it identifies, and the orders
 * it lists.
 */
export async function carryOutRedaction(
  { log, piiEncryption, state, clock, logger }: RedactionParts,
  shop: Shop,
  { event, identity, properties }: ProtectedEvent,
): Promise<void> {
  if (event === 'Shop Redacted') {
    const events = await log.purge(shop.id);
    await state.purge(shop.id);
    logger.warn({ shop: shop.id, events }, 'all data of the shop erased at the request of its platform');
    return;
  }
  const orders = Array.isArray(properties.orders) ? properties.orders.map(String) : [];
  const { userId, emailSha256, phoneSha256 } = identity;
  const ids = [userId, emailSha256, phoneSha256].filter((id) => id !== undefined);
  const userIds = userId === undefined ? [] : [userId];
  const parts = { log, piiEncryption, state };
  const { found } = await eraseVisitor(parts, shop, { ids, orders }, clock.now(), userIds);
  if (found) logger.info({ shop: shop.id }, 'a customer erased at the request of the shop’s platform');
  else
    logger.info(
      { shop: shop.id },
      'nothing was found of a customer who was to be erased at the request of the shop’s platform',
    );
}

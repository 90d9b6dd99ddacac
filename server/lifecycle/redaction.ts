import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import type { Store } from '../store/store.ts';
import { eraseVisitor, isOfPerson } from './erase.ts';

export interface RedactionParts {
  log: Store;
  piiEncryption: PiiEncryption;
  state: Pick<AnalyticsStore, 'erase' | 'purge' | 'peopleOfOrders'>;
  clock: Pick<Clock, 'now'>;
  logger: Logger;
}

/**
 * Carries out a redaction requested by the shop's platform.
 *
 * `Shop Redacted` removes everything of the shop. `Customer Redacted` erases the customer it identifies, and everyone
 * who took part in the orders it lists. `User Suppressed` is delivered for these people only, not for others who shared
 * a device with them.
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
  const buyers = (await state.peopleOfOrders(shop.id, orders)).filter(isOfPerson);
  const ids = [identity.userId, identity.emailSha256, ...buyers.map((key) => key.slice(2))].filter(
    (id) => id !== undefined,
  );
  const asked = new Set(ids);
  for (const id of ids) await eraseVisitor({ log, piiEncryption, state }, shop, id, clock.now(), asked);
  logger.info({ shop: shop.id }, 'a customer erased at the request of the shop’s platform');
}

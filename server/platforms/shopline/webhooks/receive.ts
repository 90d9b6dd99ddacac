import type { Request } from 'express';
import type { Shop } from '../../../config/config.ts';
import { HttpError } from '../../../http/errors.ts';
import { parseBody } from '../../../http/json.ts';
import { sha256 } from '../../../privacy/hash.ts';
import { countStored, type Received, unused, type WebhookParts } from '../../platform.ts';
import { defaultConsent } from '../../webhooks/consent.ts';
import { toEntry } from '../../webhooks/entry.ts';
import { isMapped, messageIdOf } from '../../webhooks/mapped.ts';
import { isSigned } from '../../webhooks/signature.ts';
import { isTopic, mapWebhook } from './map.ts';

/** Verifies, maps, stores. @throws {HttpError} 404 unknown shop, 401 bad signature, 400 no JSON. */
export async function receiveShopline(
  parts: WebhookParts,
  request: Request,
  bytes: Buffer,
): Promise<Received> {
  const shop = signingShop(parts.config.shops, request, bytes);
  const { value } = parseBody(bytes);
  const topic = request.get('X-Shopline-Topic')?.trim().toLowerCase() ?? '';
  if (!isTopic(topic)) return unused(shop.id);
  const webhookId = request.get('X-Shopline-Webhook-Id')?.trim() || sha256(`${topic}\n${bytes.toString()}`);
  const mapped = mapWebhook(topic, value, messageIdOf('shopline', webhookId), shop.currency);
  if (!isMapped(mapped)) {
    if ('lacks' in mapped) parts.logger.warn({ shop: shop.id, topic, ...mapped }, 'webhook cannot be used');
    return unused(shop.id);
  }
  const entry = toEntry(parts, mapped, shop, defaultConsent(shop), parts.clock.now());
  return { shop: shop.id, ...countStored(await parts.log.accept([entry])) };
}

/** The shop whose secret signed the body. Two configured shops may be one store, each with its own app. */
function signingShop(shops: readonly Shop[], request: Request, bytes: Buffer): Shop {
  const candidates = shops.filter(({ shopline }) => shopline?.appSecret !== undefined);
  if (candidates.length === 0)
    throw new HttpError(404, 'not-found', 'Order webhooks are off: no shop has SHOPLINE_APP_SECRET.');
  const domain = request.get('X-Shopline-Shop-Domain')?.trim().toLowerCase();
  const named = candidates.filter(
    ({ shopline }) => `${shopline?.handle}.myshopline.com`.toLowerCase() === domain,
  );
  if (named.length === 0)
    throw new HttpError(
      404,
      'unknown-shop',
      'X-Shopline-Shop-Domain must be <SHOPLINE_HANDLE>.myshopline.com of a shop here.',
    );
  const signature = request.get('X-Shopline-Hmac-Sha256');
  const shop = named.find(({ shopline }) => isSigned([bytes], signature, shopline?.appSecret ?? ''));
  if (!shop)
    throw new HttpError(
      401,
      'bad-signature',
      'X-Shopline-Hmac-Sha256 is not the HMAC-SHA256 of the body under SHOPLINE_APP_SECRET.',
    );
  return shop;
}

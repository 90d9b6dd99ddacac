import type { Request } from 'express';
import type { Shop } from '../../config/config.ts';
import { HttpError } from '../../http/errors.ts';
import { parseBody } from '../../http/json.ts';
import { countStored, type Received, unused, type WebhookBody, type WebhookParts } from '../platform.ts';
import { toEntry } from '../webhooks/entry.ts';
import { isSigned } from '../webhooks/signature.ts';
import { mapReport } from './map.ts';

/** Reports are counted and delivered to no destination. */
const NO_CONSENT = { advertising: false, analytics: false, marketing: false };

/**
 * Verifies, maps, stores. Customer.io delays everything behind a refused event for hours, so a signed JSON body is never
 * refused.
 *
 * @throws {HttpError} 404 no shop has a signing key, 401 bad signature, 400 no JSON.
 */
export async function receiveCustomerio(
  parts: WebhookParts,
  request: Request,
  { bytes, signed }: WebhookBody,
): Promise<Received> {
  const shop = signingShop(parts.config.shops, request, signed);
  const mapped = mapReport(parseBody(bytes).value);
  if (!mapped) return unused(shop.id);
  const entry = toEntry(parts, mapped, shop, NO_CONSENT, parts.clock.now());
  return { shop: shop.id, ...countStored(await parts.log.accept([entry])) };
}

/** The shop whose key signed the body. The age of the timestamp is not checked: a retry may arrive days later. */
function signingShop(shops: readonly Shop[], request: Request, bodies: readonly Buffer[]): Shop {
  const candidates = shops.filter(({ customerioSigningKey }) => customerioSigningKey !== undefined);
  if (candidates.length === 0)
    throw new HttpError(
      404,
      'not-found',
      'Reporting webhooks are off: no shop has CUSTOMERIO_WEBHOOK_SIGNING_KEY.',
    );
  const signature = request.get('X-CIO-Signature');
  const prefix = `v0:${request.get('X-CIO-Timestamp') ?? ''}:`;
  const shop = candidates.find(({ customerioSigningKey }) =>
    bodies.some((body) => isSigned([prefix, body], signature, customerioSigningKey ?? '')),
  );
  if (!shop)
    throw new HttpError(
      401,
      'bad-signature',
      'X-CIO-Signature is not the HMAC-SHA256 of v0:<X-CIO-Timestamp>:<body> under CUSTOMERIO_WEBHOOK_SIGNING_KEY.',
    );
  return shop;
}

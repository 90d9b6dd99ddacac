import { hash } from 'node:crypto';
import type { Request } from 'express';
import type { Shop } from '../../../config/config.ts';
import { HttpError } from '../../../http/errors.ts';
import { parseBody } from '../../../http/json.ts';
import { sha256 } from '../../../privacy/hash.ts';
import type { RedactionRequest } from '../../../store/redactions.ts';
import type { Entry, SignedBody } from '../../../store/store.ts';
import { countStored, type Received, unused, type WebhookBody, type WebhookParts } from '../../platform.ts';
import { defaultConsent } from '../../webhooks/consent.ts';
import { toEntry } from '../../webhooks/entry.ts';
import { isMapped, messageIdOf } from '../../webhooks/mapped.ts';
import { isSigned } from '../../webhooks/signature.ts';
import { isTopic, mapWebhook, TOPIC_NAMES } from './map.ts';
import { namedShop } from './named-shop.ts';

/**
 * Verifies, maps, stores. @throws {HttpError} 404 unknown shop, 401 bad signature, 400 no JSON, 409 for a redaction whose
 * body is about another shop or another topic.
 */
export async function receiveShopline(
  parts: WebhookParts,
  request: Request,
  { bytes, signed }: WebhookBody,
): Promise<Received> {
  const shop = signingShop(parts.config.shops, request, signed);
  const { value } = parseBody(bytes);
  const topic = request.get('X-Shopline-Topic')?.trim().toLowerCase() ?? '';
  if (!isTopic(topic)) return unused(shop.id);
  const webhookId = request.get('X-Shopline-Webhook-Id')?.trim() || sha256(`${topic}\n${bytes.toString()}`);
  const mapped = mapWebhook(topic, value, messageIdOf('shopline', webhookId), shop.currency);
  if (!isMapped(mapped)) {
    if ('lacks' in mapped) parts.logger.warn({ shop: shop.id, topic, ...mapped }, 'webhook cannot be used');
    return unused(shop.id);
  }
  const webhook = { digest: hash('sha256', bytes), topic };
  const entry = { ...toEntry(parts, mapped, shop, defaultConsent(shop), parts.clock.now()), webhook };
  const kind = REDACTIONS[topic];
  if (kind) return redact(parts, shop, { ...entry, webhook }, kind, value);
  if (!lacksTotal(entry)) return { shop: shop.id, ...countStored(await parts.log.accept([entry])) };
  return acceptWithoutTotal(parts, shop, entry);
}

/**
 * An order as it was placed, paid or edited, without any amount for the whole, refunds taken off or not. Its cancellation
 * has no amount to send, and a refund one of its own.
 */
const lacksTotal = ({ event, claim }: Entry): boolean =>
  claim !== undefined &&
  claim.stage !== 'refunded' &&
  claim.stage !== 'cancelled' &&
  event.properties.total === undefined &&
  event.properties.net_total === undefined;

/**
 * With an access token the order waits in the store until the Admin API has said what it costs: it is read at once, and
 * if that fails, by the next runs of the order poll. Without one, and when the API does not list it, it is sent as it is.
 */
async function acceptWithoutTotal(
  { log, counters, logger, readOrdersSoon }: WebhookParts,
  { id: shop, shopline }: Shop,
  entry: Entry,
): Promise<Received> {
  const isReadable = shopline?.accessToken !== undefined;
  const accept = (awaitsTotal: boolean) =>
    log.accept([{ ...entry, ...(entry.claim && { claim: { ...entry.claim, awaitsTotal } }) }]);
  const accepted = await accept(isReadable);
  const [{ isStored = false } = {}] = accepted;
  if (isStored) {
    counters.count('order_totals_missing', { shop }, 1);
    const text = isReadable
      ? 'order webhook without a total; the order is read from the Admin API'
      : 'order webhook without a total; with SHOPLINE_ACCESS_TOKEN it would be read from the Admin API';
    logger.warn({ shop, variable: 'SHOPLINE_ACCESS_TOKEN' }, text);
    if (isReadable) readOrdersSoon?.(shop, Date.parse(entry.event.timestamp), () => accept(false));
  }
  return { shop, ...countStored(accepted) };
}

const REDACTIONS: { [topic: string]: RedactionRequest['kind'] } = {
  'customers/redact': 'customer',
  'merchants/redact': 'shop',
};

/** Stores a redaction: carried out after `REDACT_DELAY_HOURS`, or once an operator has confirmed an unclear one. */
async function redact(
  { log, clock, config, counters, logger, redactions }: WebhookParts,
  { id, ...shop }: Shop,
  entry: Entry & { webhook: SignedBody },
  kind: RedactionRequest['kind'],
  body: unknown,
): Promise<Received> {
  const { topic } = entry.webhook;
  const refuse = (code: 'another-shop' | 'another-topic', message: string) => {
    counters.count('redactions', { shop: id, outcome: 'refused' });
    logger.error({ shop: id, topic, code }, 'redaction refused: its signed body is about something else');
    return new HttpError(409, code, message);
  };
  const named = namedShop(body, { id, ...shop });
  if (named === 'another')
    throw refuse('another-shop', 'The signed body names another shop; nothing was done.');
  const isClear = named === 'this';
  const redaction = {
    kind,
    topics: TOPIC_NAMES,
    ...(isClear && { dueAtMs: clock.now() + config.redactDelayMs }),
  };
  const [accepted] = await log.accept([{ ...entry, redaction }]);
  if (accepted?.isRefused)
    throw refuse(
      'another-topic',
      'The signed body was received under another topic before; nothing was done.',
    );
  if (accepted?.isStored) {
    counters.count('redactions', { shop: id, outcome: isClear ? 'scheduled' : 'unclear' });
    if (isClear)
      logger.warn({ shop: id, topic }, 'redaction requested; GET /admin/redactions shows when it is due');
    else
      logger.error(
        { shop: id, topic },
        'redaction requested whose signed body does not name the shop; it waits for POST /admin/redactions/:id/confirm',
      );
    redactions?.requested();
  }
  return { shop: id, ...countStored(accepted ? [accepted] : []) };
}

/** The shop whose secret signed the body. Two configured shops may be one store, each with its own app. */
function signingShop(shops: readonly Shop[], request: Request, bodies: readonly Buffer[]): Shop {
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
  const shop = named.find(({ shopline }) =>
    bodies.some((body) => isSigned([body], signature, shopline?.appSecret ?? '')),
  );
  if (!shop)
    throw new HttpError(
      401,
      'bad-signature',
      'X-Shopline-Hmac-Sha256 is not the HMAC-SHA256 of the body under SHOPLINE_APP_SECRET.',
    );
  return shop;
}

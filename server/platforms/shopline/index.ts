import type { Platform } from '../platform.ts';
import { startShopline } from './start.ts';
import { readAppToken } from './tokens/token.ts';
import { receiveShopline } from './webhooks/receive.ts';

/** The SHOPLINE store: its webhooks, its Admin API and the statistics reported to it. */
export const shopline: Platform = {
  name: 'shopline',
  isUsedBy: ({ shopline: store }) => store?.accessToken !== undefined || store?.appSecret !== undefined,
  reportsOrders: ({ shopline: store }) => store?.appSecret !== undefined,
  tokenExpiresAtMs({ shopline: store }) {
    const { accessToken, appKey, appSecret } = store ?? {};
    const isRenewed = appKey !== undefined && appSecret !== undefined;
    return accessToken === undefined || isRenewed ? undefined : readAppToken(accessToken)?.expiresAtMs;
  },
  webhook: {
    summary: 'Orders, refunds, checkouts and redactions from the shop.',
    headers: [
      { name: 'X-Shopline-Topic', description: 'For example orders/create.' },
      { name: 'X-Shopline-Shop-Domain', description: 'Which shop: <handle>.myshopline.com.' },
      {
        name: 'X-Shopline-Hmac-Sha256',
        description: 'HMAC-SHA256 of the body under the app secret, in hex or base64.',
      },
      { name: 'X-Shopline-Webhook-Id', description: 'The same for every resend.', isOptional: true },
    ],
    receive: receiveShopline,
  },
  start: startShopline,
};

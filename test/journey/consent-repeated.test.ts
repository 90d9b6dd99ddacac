// @module-tag slow
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };
const MINUTE_MS = 60_000;

test.each([
  ['every purpose', NONE],
  ['marketing', { ...ALL, marketing: false }],
])(
  'a denial of %s that was repeated counts after a restart too: a grant from between changes nothing',
  async (_, denial) => {
    const anonymousId = randomUUID();
    const startMs = Date.now() - 20 * MINUTE_MS;
    const say = async (shop: typeof first, minute: number, categoryPreferences: object) => {
      const message = {
        ...{ type: 'track', event: 'Seen', anonymousId, context: { consent: { categoryPreferences } } },
        timestamp: new Date(startMs + minute * MINUTE_MS).toISOString(),
      };
      expect((await shop.post('/v1/batch', { batch: [message] }, IN_BROWSER)).status).toBe(200);
    };
    const first = await startWebhookShop();
    await say(first, 0, denial);
    await say(first, 9, denial);
    await first.stop();
    const { dataDir, sandbox } = first;
    const shop = await startWebhookShop({}, { dataDir, sandbox });
    await say(shop, 5, ALL);
    const { visitors } = await (await shop.admin('GET', `/admin/visitors/${anonymousId}`)).json();
    expect(visitors[0].consents).toMatchObject([{ consent: denial }]);
    await say(shop, 11, ALL);
    const later = await (await shop.admin('GET', `/admin/visitors/${anonymousId}`)).json();
    expect(later.visitors[0].consents).toMatchObject([{ consent: ALL }]);
  },
);

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Shop } from '../../server/config/config.ts';
import { enrich } from '../../server/ingest/enrich.ts';
import type { Sender } from '../../server/ingest/sender.ts';
import type { Message } from '../../shared/message.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const shop: Shop = {
  id: 'shop',
  writeKey: 'key',
  serverKeys: [],
  origins: new Set(),
  country: 'TW',
  consentDefault: true,
  consentCategories: {},
  bots: 'flag',
  currency: 'TWD',
  destinations: [],
  orderMergeMs: 0,
  ordersFrom: 'browser',
  orderConfirmMs: 0,
  shopline: undefined,
  customerioSigningKey: undefined,
  statistics: { attributionMs: 0, rules: [], flows: [] },
};
const sender: Sender = {
  source: 'browser',
  peer: '127.0.0.1',
  isBrowser: false,
  ip: '127.0.0.1',
  userAgent: 'node',
  gpc: false,
  cookies: {},
  receivedAtMs: NOW,
};
const message = (parts: Partial<Message>) => ({ type: 'page', anonymousId: 'v', ...parts }) as Message;

test('the timestamp is plain ISO 8601 and never in the future, whatever the clocks claim', () => {
  const time = fc
    .date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString());
  fc.assert(
    fc.property(fc.option(time), fc.option(time), fc.option(time), (timestamp, sentAt, batchSentAt) => {
      const enriched = enrich(
        message({ timestamp: timestamp ?? undefined, sentAt: sentAt ?? undefined }),
        sender,
        shop,
        batchSentAt ?? undefined,
      );
      if ('skip' in enriched) throw new Error('nothing here is a reason to skip');
      expect(enriched.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Date.parse(enriched.timestamp)).toBeLessThanOrEqual(NOW + 5 * 60_000);
    }),
  );
});

test('the time between event and sending is kept, however wrong the clock is', () => {
  const offsetMs = fc.integer({ min: -1e12, max: 1e12 });
  const agoMs = fc.integer({ min: 0, max: 30 * 86_400_000 });
  fc.assert(
    fc.property(offsetMs, agoMs, (offset, ago) => {
      const sentAt = new Date(NOW + offset);
      const timestamp = new Date(NOW + offset - ago);
      const enriched = enrich(
        message({ timestamp: timestamp.toISOString(), sentAt: sentAt.toISOString() }),
        sender,
        shop,
      );
      expect(enriched).toMatchObject({ timestamp: new Date(NOW - ago).toISOString() });
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Shop } from '../../server/config/config.ts';
import { accept, coarseIp, coarseUserAgent, type Sender } from '../../server/ingest/accept.ts';
import type { Message } from '../../shared/message.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const shop: Shop = {
  id: 'shop',
  writeKey: 'key',
  origins: new Set(),
  country: 'TW',
  consentDefault: true,
  consentCategories: {},
  bots: 'flag',
  currency: 'TWD',
  destinations: [],
  orderMergeMs: 0,
  shopline: undefined,
  customerioSigningKey: undefined,
  statistics: { attributionMs: 0, rules: [], flows: [] },
};
const sender: Sender = {
  isBrowser: false,
  ip: '127.0.0.1',
  userAgent: 'node',
  gpc: false,
  cookies: {},
  receivedAtMs: NOW,
};
const message = (parts: Partial<Message>) => ({ type: 'page', anonymousId: 'v', ...parts }) as Message;

describe('a network instead of a person', () => {
  test.each([
    ['203.0.113.77', '203.0.113.0'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.0'],
    ['::ffff:203.0.113.77', '203.0.113.0'],
    ['2001:db8:1234:5678:9abc:def0:1:2', '2001:db8:1234::'],
    ['::1', '::'],
    ['fe80::1%eth0', 'fe80::'],
  ])('%s is kept as %s', (ip, network) => {
    expect(coarseIp(ip)).toBe(network);
  });

  test('one network is one, whoever is in it', () => {
    const part = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(part, part, part, part, part, (a, b, c, one, other) => {
        expect(coarseIp(`${a}.${b}.${c}.${one}`)).toBe(coarseIp(`${a}.${b}.${c}.${other}`));
      }),
    );
  });
});

test.each([
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1',
    'Mozilla/5 (iPhone; CPU iPhone OS 18 like Mac OS X) Version/18 Mobile/15E148 Safari/604',
  ],
  ['Chrome/126.0.6478.127', 'Chrome/126'],
  ['no version at all', 'no version at all'],
])('of the browser %s is kept: %s', (userAgent, kept) => {
  expect(coarseUserAgent(userAgent)).toBe(kept);
});

test('whatever clocks say, a message happened at a time everyone can read, and never tomorrow', () => {
  const time = fc
    .date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString());
  fc.assert(
    fc.property(fc.option(time), fc.option(time), fc.option(time), (timestamp, sentAt, batchSentAt) => {
      const accepted = accept(
        message({ timestamp: timestamp ?? undefined, sentAt: sentAt ?? undefined }),
        sender,
        shop,
        batchSentAt ?? undefined,
      );
      if ('skip' in accepted) throw new Error('nothing here is a reason to skip');
      expect(accepted.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Date.parse(accepted.timestamp)).toBeLessThanOrEqual(NOW + 5 * 60_000);
    }),
  );
});

test('however wrong a clock is, what lies between happening and sending is kept', () => {
  const offsetMs = fc.integer({ min: -1e12, max: 1e12 });
  const agoMs = fc.integer({ min: 0, max: 30 * 86_400_000 });
  fc.assert(
    fc.property(offsetMs, agoMs, (offset, ago) => {
      const sentAt = new Date(NOW + offset);
      const timestamp = new Date(NOW + offset - ago);
      const accepted = accept(
        message({ timestamp: timestamp.toISOString(), sentAt: sentAt.toISOString() }),
        sender,
        shop,
      );
      expect(accepted).toMatchObject({ timestamp: new Date(NOW - ago).toISOString() });
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coarseIp, coarseUserAgent } from '../../server/privacy/coarsen.ts';

describe('the network of an address', () => {
  test.each([
    ['203.0.113.77', '203.0.113.0'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.0'],
    ['::ffff:203.0.113.77', '203.0.113.0'],
    ['2001:db8:1234:5678:9abc:def0:1:2', '2001:db8:1234::'],
    ['::1', '::'],
    ['fe80::1%eth0', 'fe80::'],
  ])('%s → %s', (ip, network) => {
    expect(coarseIp(ip)).toBe(network);
  });

  test('all addresses of a network become the same', () => {
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
])('user agent %s → %s', (userAgent, kept) => {
  expect(coarseUserAgent(userAgent)).toBe(kept);
});

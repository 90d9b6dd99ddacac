import { expect, test } from 'vitest';
import { composeStage } from '../../server/orders/compose.ts';
import type { Identity } from '../../shared/protected-event.ts';
import { event } from '../support/event.ts';

const order = (receivedAt: string, identity: Identity) => {
  const report = event({
    source: 'platform',
    event: 'Order Completed',
    receivedAt,
    identity,
    properties: { order_id: '1' },
  });
  return { event: report, source: report.source, stage: 'placed' as const, part: '' };
};
const buyerOf = (...reports: ReturnType<typeof order>[]) => {
  const known = { canonicalId: '1', reports, evidence: [], pixelIds: [] };
  const [first] = reports;
  return composeStage(first?.event ?? event(), known, JSON.stringify).event.identity;
};

test('the further digests of an order’s buyer are of the same email and phone', () => {
  const later = order('2026-03-01T00:00:02.000Z', { emailSha256: 'mail-b', phoneSha256: 'phone-a' });
  const first = order('2026-03-01T00:00:01.000Z', {
    emailSha256: 'mail-a',
    emailDotlessSha256: 'dotless-a',
    phoneSha256: 'phone-a',
    phoneDigitsSha256: 'digits-a',
  });
  expect(buyerOf(later, first)).toEqual({
    emailSha256: 'mail-b',
    phoneSha256: 'phone-a',
    phoneDigitsSha256: 'digits-a',
  });
});

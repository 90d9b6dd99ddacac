import { expect, test } from 'vitest';
import { toEvent } from '../../server/ingest/event.ts';
import type { Message } from '../../shared/message.ts';
import { LEAST, read, TIKTOK } from '../config/support.ts';

const file = { shops: { tea: { ...LEAST, destinations: { 'tiktok:eu': TIKTOK } } } };
const [shop] = read({}, file).shops;
const AT = '2026-11-20T08:30:15.000Z';

test.each([
  [{ TikTok: false }, { tiktok: false }],
  [{ 'tiktok:eu': false }, { 'tiktok:eu': false }],
  [
    { ' TikTok:EU ': false, 'TikTok Pixel': true },
    { 'tiktok:eu': false, tiktok: true },
  ],
  [
    { All: false, 'tiktok:eu': { option: 1 } },
    { all: false, 'tiktok:eu': true },
  ],
  [{ 'tiktok:us': false }, undefined],
])('%j chooses %j', (integrations, chosen) => {
  if (!shop) throw new Error('no shop');
  const message = { type: 'track', event: 'Product Viewed', integrations } as Message;
  const consent = { advertising: true, analytics: true, marketing: true };
  const { event } = toEvent(
    message,
    { timestamp: AT, receivedAt: AT, consent, context: {} },
    shop,
    'browser',
  );
  expect(event.integrations).toEqual(chosen);
});

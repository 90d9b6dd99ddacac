import { bodyWith } from '../body.ts';
import type { Destination } from '../destination.ts';
import { classify, describeAnswer } from './classify.ts';
import { examples } from './examples.ts';
import { contentIdFallbacks, map } from './map.ts';
import { matchKeys, valueKeys } from './match-keys.ts';
import { isPurchase, saleStages } from './names.ts';
import { Payload } from './payload.ts';
import { Settings, VARIABLES } from './settings.ts';

const HOUR_MS = 3_600_000;

/** TikTok Events API 2.0, web events. */
export const tiktok: Destination<Payload, Settings> = {
  name: 'tiktok',
  integration: 'TikTok',
  integrationAliases: [
    'TikTok Conversions',
    'TikTok Events API',
    'TikTok Pixel',
    'TikTok Ads',
    'TikTok Business',
  ],
  purpose: 'advertising',
  variables: VARIABLES,
  switches: [VARIABLES.pixelCode, VARIABLES.accessToken],
  settings: Settings,
  needs: () => [],
  payload: Payload,
  limits: {
    maxEvents: 1000,
    maxBytes: 1_000_000,
    maxBatchDelayMs: 250,
    requestsPerSecond: 1000,
    // The documented rate is for a full queue; after a pause the first requests only test whether the API answers.
    burst: 20,
    requestsInFlight: 3,
    maxAgeMs: 28 * 24 * HOUR_MS,
  },
  map,
  saleStages,
  contentIdFallbacks,
  matchKeys,
  valueKeys,
  // Without the trailing slash TikTok answers 404.
  request: (items, { settings: { endpoint, accessToken, pixelCode, testEventCode } }) => ({
    method: 'POST',
    url: `${endpoint}/open_api/v1.3/event/track/`,
    headers: { 'Access-Token': accessToken, 'Content-Type': 'application/json' },
    body: bodyWith(
      { event_source: 'web', event_source_id: pixelCode, test_event_code: testEventCode },
      'data',
      items,
    ),
  }),
  classify,
  describeAnswer,
  // TikTok forgets an id after 48 hours, while an order may be paid days after it was placed.
  once: ({ event, event_id }) =>
    isPurchase(event) && event_id.startsWith('order:') ? `${event_id}:purchase` : undefined,
  dedupWindowMs: 48 * HOUR_MS,
  cannotErase: 'tiktok-not-erased',
  asTest: (settings, code = settings.testEventCode) =>
    code === undefined ? undefined : { ...settings, testEventCode: code },
  examples,
};

import type { Destination } from '../destination.ts';
import { classify } from './classify.ts';
import { examples } from './examples.ts';
import { map } from './map.ts';
import { isPurchase } from './names.ts';
import { Payload } from './payload.ts';
import { Settings, VARIABLES } from './settings.ts';

const HOUR_MS = 3_600_000;

/** TikTok Events API 2.0, web events. */
export const tiktok: Destination<Payload, Settings> = {
  name: 'tiktok',
  integration: 'TikTok',
  purpose: 'advertising',
  variables: VARIABLES,
  switches: [VARIABLES.pixelCode, VARIABLES.accessToken],
  settings: Settings,
  needs: () => [],
  payload: Payload,
  limits: {
    maxEvents: 1000,
    maxBytes: 1_000_000,
    maxWaitMs: 250,
    requestsPerSecond: 1000,
    // The documented pace is for a full queue; the first requests after a pause only feel their way.
    burst: 20,
    maxAgeMs: 28 * 24 * HOUR_MS,
  },
  map,
  // The slash at the end of the path is part of it: without it TikTok answers 404.
  request: (batch, settings) => ({
    method: 'POST',
    url: `${settings.endpoint}/open_api/v1.3/event/track/`,
    headers: { 'Access-Token': settings.accessToken, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      event_source: 'web',
      event_source_id: settings.pixelCode,
      test_event_code: settings.testEventCode,
      data: batch,
    }),
  }),
  classify,
  // TikTok forgets an id after 48 hours, while an order may be paid days after it was placed.
  once: ({ event, event_id }) =>
    isPurchase(event) && event_id.startsWith('order:') ? `${event_id}:purchase` : undefined,
  dedupWindowMs: 48 * HOUR_MS,
  cannotErase: 'The Events API cannot delete events that were sent.',
  examples,
};

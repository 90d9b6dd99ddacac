import { bodyWith } from '../body.ts';
import type { Destination } from '../destination.ts';
import { classify } from './classify.ts';
import { examples } from './examples.ts';

import { map } from './map.ts';
import { matchKeys, valueKeys } from './match-keys.ts';
import { Payload } from './payload.ts';
import { Settings, VARIABLES } from './settings.ts';
import { shorten } from './shorten.ts';

/** Customer.io Data Pipelines, strict mode. */
export const customerio: Destination<Payload, Settings> = {
  name: 'customerio',
  integration: 'Customer.io',
  integrationAliases: ['Customer.io Actions', 'Customer.io Data Pipelines', 'Customer.io Journeys'],
  purpose: 'marketing',
  variables: VARIABLES,
  switches: [VARIABLES.apiKey],
  settings: Settings,
  needs: (settings) => (settings.pii === 'raw' ? ['raw-pii'] : []),
  withoutPlaces: (settings) => settings.pii !== 'raw',
  payload: Payload,
  // 500 KB and 3,000 requests in 3 s are documented, the latter as soft; both with room to spare.
  limits: {
    maxEvents: 500,
    maxBytes: 480_000,
    maxBatchDelayMs: 250,
    requestsPerSecond: 100,
    requestsInFlight: 3,
  },
  map,
  shorten,
  matchKeys,
  valueKeys,
  request: (items, { settings }) => ({
    method: 'POST',
    url: `${settings.endpoint}/v1/batch`,
    headers: {
      Authorization: `Basic ${Buffer.from(`${settings.apiKey}:`).toString('base64')}`,
      'Content-Type': 'application/json',
      // Without it an invalid event is answered 200 and lost.
      'X-Strict-Mode': '1',
    },
    body: bodyWith({}, 'batch', items),
  }),
  classify,
  waitsForIdentify: true,
  examples,
};

import { bodyWith } from '../body.ts';
import type { Destination } from '../destination.ts';
import { classify, describeAnswer } from './classify.ts';
import { examples } from './examples.ts';
import { map, refersTo } from './map.ts';
import { matchKeys, valueKeys } from './match-keys.ts';
import { Payload } from './payload.ts';
import { Settings, VARIABLES } from './settings.ts';
import { storeRateKey } from './store.ts';

/** SHOPLINE's customer data platform: buyer behaviour events. */
export const shopline: Destination<Payload, Settings> = {
  name: 'shopline',
  integration: 'SHOPLINE',
  integrationAliases: ['SHOPLINE CDP', 'SHOPLINE Actions', 'SHOPLINE Customer Data Platform'],
  purpose: 'analytics',
  variables: VARIABLES,
  // Handle and token are also used for the Admin API.
  switches: [VARIABLES.channelId],
  settings: Settings,
  needs: (settings) => (settings.pii === 'raw' ? ['raw-pii'] : []),
  payload: Payload,
  // No size is documented. The rate limit is a bucket of 40 requests that refills at 4 a second.
  limits: {
    maxEvents: 128,
    maxBytes: 1_000_000,
    maxBatchDelayMs: 500,
    requestsPerSecond: 4,
    burst: 40,
    // A refund leased while its order is in flight would not get the CDP's id of the order.
    requestsInFlight: 1,
  },
  map,
  matchKeys,
  valueKeys,
  saleStages: ({ eventCodes }) =>
    !Object.hasOwn(eventCodes, 'Order Completed') && Object.hasOwn(eventCodes, 'Order Updated')
      ? ['paid']
      : ['placed'],
  item: ({ event }) => event,
  request: (items, { settings }) => ({
    method: 'POST',
    url: `${settings.endpoint}/admin/openapi/${settings.apiVersion}/cdp/track.json`,
    headers: {
      Authorization: `Bearer ${settings.accessToken}`,
      'Content-Type': 'application/json; charset=utf-8',
      accept: 'application/json',
    },
    body: bodyWith({ channel_id: settings.channelId }, 'events', items),
  }),
  rateKey: storeRateKey,
  classify,
  describeAnswer,
  once: ({ onceKey }) => onceKey,
  refersTo,
  cannotErase: 'shopline-not-erased',
  examples,
};

import type { Variables } from '../../../server/config/variables.ts';
import { FLOWS, RULES, SETTINGS } from './fixtures.ts';
import { APP_SECRET, SIGNING_KEY } from './send.ts';

/** Variables of the scenario's shop, in addition to those of every shop in front of the sandbox. Tests request its reports. */
export const SCENARIO_VARIABLES: Variables = {
  SHOPLINE_APP_SECRET: APP_SECRET,
  ORDERS_FROM: 'browser',
  CUSTOMERIO_WEBHOOK_SIGNING_KEY: SIGNING_KEY,
  MARKETING_RULES: JSON.stringify(RULES),
  FLOWS: JSON.stringify(FLOWS),
  STORE_CURRENCY: SETTINGS.currency,
  ATTRIBUTION_DAYS: String(SETTINGS.attributionDays),
  ORDER_MERGE_SECONDS: '0',
  STATISTICS_SYNC_MINUTES: '1440',
  RATE_LIMIT_PER_MINUTE: '1000000',
  // One destination suffices, and it must not use up SHOPLINE's four requests a second.
  SHOPLINE_CDP_CHANNEL_ID: '',
  CUSTOMERIO_API_KEY: '',
};

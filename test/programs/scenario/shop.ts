import type { Variables } from '../../../server/config/config.ts';
import { FLOWS, RULES, SETTINGS } from './cast.ts';
import { APP_SECRET, SIGNING_KEY } from './send.ts';

/** What the story's shop has set beside any other in front of the sandbox. Its reports go out when a test asks. */
export const STORY_VARIABLES: Variables = {
  SHOPLINE_APP_SECRET: APP_SECRET,
  CUSTOMERIO_WEBHOOK_SIGNING_KEY: SIGNING_KEY,
  MARKETING_RULES: JSON.stringify(RULES),
  FLOWS: JSON.stringify(FLOWS),
  STORE_CURRENCY: SETTINGS.currency,
  ATTRIBUTION_DAYS: String(SETTINGS.attributionDays),
  ORDER_MERGE_SECONDS: '0',
  STATISTICS_SYNC_MINUTES: '1440',
  RATE_LIMIT_PER_MINUTE: '1000000',
  // One destination is enough here, and it must not share SHOPLINE's four calls a second.
  SHOPLINE_CDP_CHANNEL_ID: '',
  CUSTOMERIO_API_KEY: '',
};

import { z } from 'zod';
import { endpoint, oneOf, requiredText } from '../setting-fields.ts';

const HOSTS = { us: 'https://cdp.customer.io', eu: 'https://cdp-eu.customer.io' } as const;

export const Settings = z
  .object({
    apiKey: requiredText('the API key of a Pipelines source', /^[^\s:]+$/),
    region: oneOf('us', 'eu'),
    endpoint: endpoint(),
    /** `raw` sends emails, phones and names in clear, because Customer.io needs them to send messages. */
    pii: oneOf('hashed', 'raw'),
  })
  .transform((settings) => ({ ...settings, endpoint: settings.endpoint ?? HOSTS[settings.region] }));
export type Settings = z.infer<typeof Settings>;

export const VARIABLES = {
  apiKey: 'CUSTOMERIO_API_KEY',
  region: 'CUSTOMERIO_REGION',
  endpoint: 'CUSTOMERIO_ENDPOINT',
  pii: 'CUSTOMERIO_PII',
} as const;

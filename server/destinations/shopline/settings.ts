import { z } from 'zod';
import { json, oneOf, requiredText } from '../setting-fields.ts';
import { endpointOf, STORE_VARIABLES, StoreFields } from './store.ts';

const wants = '{"<event>": "<event code>" or {"code": …, "attrs": {"<key>": "<path>"}, "traits": {…}}}';
const Code = z.string().min(1);
/** CDP key → path of its value in our event, for example `properties.coupon`. null removes a default attribute. */
const Paths = z.record(z.string(), z.union([z.string().min(1), z.null()]));
const EventCode = z
  .union(
    [
      Code.transform((code) => ({ code })),
      z.strictObject({ code: Code, attrs: Paths.optional(), traits: Paths.optional() }),
    ],
    { error: wants },
  )
  .transform(({ code, ...paths }) => ({ code, attrs: {}, traits: {}, ...paths }) as EventCode);
export interface EventCode {
  code: string;
  attrs: Readonly<Record<string, string | null>>;
  traits: Readonly<Record<string, string | null>>;
}

export const Settings = z
  .object({
    ...StoreFields,
    /** `raw` adds email and phone to the identities. */
    pii: oneOf('hashed', 'raw'),
    channelId: requiredText('the id of the CDP channel, as text: it is too long for a number'),
    /** Our event name (`identify`, `page` … for other messages) → its code in the merchant's CDP. */
    eventCodes: json(z.record(z.string(), EventCode, wants), { 'Order Completed': 'Z_sale_order' }, wants),
  })
  .transform((settings) => ({
    ...settings,
    endpoint: endpointOf(settings.handle, settings.endpoint),
  }));
export type Settings = z.infer<typeof Settings>;

export const VARIABLES = {
  ...STORE_VARIABLES,
  pii: 'SHOPLINE_PII',
  channelId: 'SHOPLINE_CDP_CHANNEL_ID',
  eventCodes: 'SHOPLINE_EVENT_CODES',
} as const;

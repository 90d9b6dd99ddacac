import { z } from 'zod';
import { CONTENT_IDS } from '../../../shared/content-ids.ts';
import { endpoint, json, optionalOneOf, optionalText, requiredText } from '../setting-fields.ts';

const wants = '{"<our event>": "<TikTok event>", a list of them, or null}';
const Name = z.string().min(1).max(255);
/** One name, several, or null / false for "off". */
const Names = z
  .union([Name, z.array(Name), z.null(), z.literal(false)], { error: wants })
  .transform((value) => (typeof value === 'string' ? [value] : value || []));

export const Settings = z
  .object({
    pixelCode: requiredText('the pixel code from TikTok Events Manager'),
    accessToken: requiredText('the access token from Events Manager, without "Bearer"', /^\S+$/),
    /** Set: the events show up under Test Events and do not count. */
    testEventCode: optionalText(),
    endpoint: endpoint().transform((url) => url ?? 'https://business-api.tiktok.com'),
    /** Our event name, or `Page`, → TikTok's names; it replaces the default mapping of that event. */
    events: json(z.record(z.string(), Names, wants), {}, wants),
    /** Which id of a product the catalogue at TikTok uses. */
    contentId: optionalOneOf(...CONTENT_IDS),
    /** A SHOPLINE store, whose catalogue at TikTok lists variants. */
    shoplineHandle: optionalText(),
  })
  .transform(({ contentId, shoplineHandle, ...settings }) => ({
    ...settings,
    contentId: contentId ?? (shoplineHandle === undefined ? 'product_id' : 'variant_id'),
  }));
export type Settings = z.infer<typeof Settings>;

export const VARIABLES = {
  pixelCode: 'TIKTOK_PIXEL_CODE',
  accessToken: 'TIKTOK_ACCESS_TOKEN',
  testEventCode: 'TIKTOK_TEST_EVENT_CODE',
  endpoint: 'TIKTOK_ENDPOINT',
  events: 'TIKTOK_EVENTS',
  contentId: 'TIKTOK_CONTENT_ID',
  shoplineHandle: 'SHOPLINE_HANDLE',
} as const;

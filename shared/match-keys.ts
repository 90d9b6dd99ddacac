/**
 * What a destination can match a person by, whatever its API calls it. `name` and `address` stand for each of their parts;
 * `ttclid` and `ttp` are TikTok's ids of the click and the browser, `external_id` the shop's id of the person as a digest.
 */
export const MATCH_KEYS = [
  'email',
  'phone',
  'user_id',
  'external_id',
  'anonymous_id',
  'ttclid',
  'ttp',
  'ip',
  'user_agent',
  'name',
  'address',
] as const;
export type MatchKey = (typeof MATCH_KEYS)[number];

/** What a destination rates an event by beside the person: an amount, its currency, and products of the catalogue. */
export const VALUE_KEYS = ['value', 'currency', 'content_id'] as const;
export type ValueKey = (typeof VALUE_KEYS)[number];

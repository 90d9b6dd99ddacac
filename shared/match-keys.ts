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

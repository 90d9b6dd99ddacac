import { isObject } from '../../shared/is-object.ts';
import { containerOf, RANKS } from './fields.ts';
import type { Findings, Place } from './finding.ts';
import { normalizeCountry, normalizePlace } from './normalize.ts';

/** The country of the nearest address, for phones without country code. Looked for once in each object. */
export function countryAt(place: Place): string {
  place.country ??=
    countryOf(place.object, place.isPerson) ?? (place.outer ? countryAt(place.outer) : place.shopCountry);
  return place.country;
}

/** SHOPLINE's `province_code` is not used: it is not a standard code. */
const PLACES = {
  city: ['city', 'town', 'locality'],
  state: ['standard_province_code', 'state_code', 'stateCode', 'state', 'province', 'region'],
  country: ['country_code', 'countryCode', 'country'],
} as const;

/** Adds city, state and country of a person or address. */
export function findPlaces(
  object: Readonly<Record<string, unknown>>,
  rank: number | undefined,
  to: Findings,
): void {
  if (rank === undefined) return;
  for (const kind of ['city', 'state', 'country'] as const) {
    const normalize = kind === 'country' ? normalizeCountry : normalizePlace;
    const value = firstOf(object, PLACES[kind], normalize);
    if (value) to.found.push({ kind, value, rank });
  }
}

/** The country of the object itself, else of the first address inside it. */
function countryOf(object: Readonly<Record<string, unknown>>, isPerson: boolean): string | undefined {
  const own = isPerson ? firstOf(object, PLACES.country, normalizeCountry) : undefined;
  if (own) return own;
  for (const [key, value] of Object.entries(object)) {
    const address = Array.isArray(value) ? value[0] : value;
    const rank = isObject(address) ? containerOf(key)?.rank : undefined;
    const country = rank && rank >= RANKS.address && firstOf(address, PLACES.country, normalizeCountry);
    if (country) return country;
  }
  return undefined;
}

function firstOf(
  object: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  normalize: (value: unknown) => string | undefined,
): string | undefined {
  for (const key of keys) {
    if (object[key] === undefined) continue;
    const value = normalize(object[key]);
    if (value) return value;
  }
  return undefined;
}

import { isObject } from '../../shared/is-object.ts';
import type { Field, FieldKind } from './fields.ts';
import { type Findings, type Place, spend } from './finding.ts';
import { isSha256, sha256 } from './hash.ts';
import {
  normalizeEmail,
  normalizeName,
  normalizePhone,
  normalizeText,
  normalizeZip,
  textOf,
} from './normalize.ts';
import { countryAt } from './places.ts';

const NORMALIZE: Record<FieldKind, (value: unknown, place: Place) => string | undefined> = {
  email: normalizeEmail,
  phone: (value, place) => {
    const country = countryAt(place);
    const phone = normalizePhone(value, country);
    return phone ?? (country === place.shopCountry ? undefined : normalizePhone(value, place.shopCountry));
  },
  firstName: normalizeName,
  lastName: normalizeName,
  zip: normalizeZip,
  text: normalizeText,
};

/** The digest of a personal value, or those of a list; undefined where none can be made. */
export function digestField(value: unknown, field: Field, kind: FieldKind, place: Place, to: Findings) {
  if (!Array.isArray(value)) return digestOne(value, field, kind, place, to);
  const digests = value
    .map((item) => digestOne(item, field, kind, place, to))
    .filter((item) => item !== undefined);
  return digests.length > 0 ? digests : undefined;
}

function digestOne(
  value: unknown,
  { owner }: Field,
  kind: FieldKind,
  place: Place,
  to: Findings,
): string | undefined {
  const text = textOf(value);
  if (text === undefined && !isObject(value) && !Array.isArray(value)) return undefined;
  if (!spend(to, 'personalValues')) return undefined;
  const hashed = text !== undefined && isSha256(text) ? text.toLowerCase() : undefined;
  const normalized = hashed ?? NORMALIZE[kind](text, place);
  if (normalized === undefined) {
    if (kind === 'email' || kind === 'phone') to.dropped.push(kind);
    return undefined;
  }
  const digest = hashed ?? sha256(normalized);
  if (place.rank !== undefined && owner !== 'other') {
    const rank = place.rank + (owner === 'related' ? 0.5 : 0);
    const raw = kind === 'email' || kind === 'phone' ? normalized : text;
    to.found.push({ kind, value: digest, rank, ...(!hashed && raw !== undefined && { raw }) });
  }
  return digest;
}

import { readCurrencyCode } from '../../shared/currency.ts';
import { readStoredValue } from '../../shared/order-value.ts';
import type { JsonObject, ProtectedEvent } from '../../shared/protected-event.ts';
import { sumOfProducts } from '../lib/decimal.ts';

export { readNumber, readProducts } from '../../shared/order-value.ts';

/** Trimmed text, or a number as text. Blank text and every other type is absent. */
export function readText(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}

/**
 * The messageId as a destination knows it that recognises repeats by it. A page may have used the id that the backend
 * makes, of an order's number for example: then the backend's is another one, which no page can use.
 */
export const messageIdOf = ({ isIdTaken, messageId }: ProtectedEvent): string =>
  isIdTaken ? `server:${messageId}` : messageId;

/** A BCP 47 language tag such as `en-US` or `zh-Hant-TW`. */
export const LANGUAGE_TAG = /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i;

/** A locale as systems write it (`en_US`, `zh_TW.UTF-8`) as a BCP 47 tag; undefined where it is none (`C`, `POSIX`). */
export function languageTag(locale: unknown): string | undefined {
  const [tag = ''] = readText(locale)?.split('.', 1) ?? [];
  const written = tag.replaceAll('_', '-');
  return LANGUAGE_TAG.test(written) ? written : undefined;
}

/** The currency of the event's amounts, ISO 4217. */
export const readCurrency = (properties: JsonObject): string | undefined =>
  readCurrencyCode(readText(properties.currency));

/** The value of an event in major units of its currency; undefined when nothing states one. */
export const readValue = (event: ProtectedEvent): number | undefined => readStoredValue(event, sumOfProducts);

/**
 * Epoch ms of an ISO timestamp. Absent before 2001-09-09, when it would have fewer than 13 digits (10 in seconds):
 * the bound lets a payload schema tell seconds from milliseconds.
 */
export function toEpochMs(timestamp: string): number | undefined {
  const ms = Date.parse(timestamp);
  return ms >= 1e12 && ms < 1e13 ? ms : undefined;
}

/**
 * The object without its undefined fields; undefined when none is left. Called several times per event, so it builds no
 * intermediate lists.
 */
export function compact<T extends object>(fields: T): T | undefined {
  let known: Partial<T> | undefined;
  for (const name in fields) {
    if (fields[name] === undefined) continue;
    known ??= {};
    known[name] = fields[name];
  }
  return known as T | undefined;
}

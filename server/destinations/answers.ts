import type { HttpResponse } from './destination.ts';

export { readJsonObject } from '../../shared/json.ts';

/**
 * Text of an API's answer, safe to store and to show: one line, at most 1,000 characters, no markup. An API may quote
 * the value it refuses, so email addresses and international phone numbers are masked.
 */
export function quote(text: string): string {
  return text
    .slice(0, 1000)
    .replace(/<[^>]*>/g, ' ')
    .replace(/[^\s"'<>(),;:=]+(@|%40)[^\s"'<>(),;:=]*/gi, '[email]')
    .replace(/(\+|\b00)\d{7,15}\b/g, '[phone]')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Status and body in one line, for a response that does not have the API's documented form. */
export const quoteResponse = (response: HttpResponse): string =>
  `HTTP ${response.status} ${quote(response.body)}`.trim();

import { isObject } from '../../shared/message.ts';
import type { HttpResponse } from './destination.ts';

/** The JSON object in a body; absent when the body is anything else, an HTML error page for example. */
export function readObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * An API's words, fit to be kept on disk and shown: one line, at most 1,000 characters, no markup. An API may quote
 * the value it refuses, so whatever looks like an email or an international phone number is blanked.
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

/** Status and body in one line, for an answer that does not follow the API's own form. */
export const quoteResponse = (response: HttpResponse): string =>
  `HTTP ${response.status} ${quote(response.body)}`.trim();

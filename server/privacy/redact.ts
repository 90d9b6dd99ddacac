import { emails } from './redact-emails.ts';
import { MANY_DIGITS, numbers } from './redact-numbers.ts';
import { parameters, phoneLinks } from './redact-parameters.ts';
import { isSuspect } from './suspect.ts';
import { type Redaction, type View, viewOf } from './text-view.ts';

const HAS_AT = /[@\uFE6B\uFF20]/;
const HAS_PHONE_LINK = /(?:tel|sms|callto):/i;

/**
 * Replaces emails, also disguised ones, by `[email]`; phone numbers by `[phone]`, card numbers by `[card]`, IBANs by
 * `[iban]`; the values of URL parameters with names of personal fields by `[removed]`. Everything else is kept byte for
 * byte. Runs in time linear in the length of the text.
 *
 * @param country ISO 3166-1 alpha-2, for phone numbers with a trunk zero; undefined: only those with `+` or `00` are found.
 */
export function redactText(text: string, country?: string): string {
  if (!isSuspect(text, true)) return text;
  const view = viewOf(text);
  const found = [...textual(view)];
  if (MANY_DIGITS.test(view.text)) found.push(...numbers(view, country));
  return found.length === 0 ? text : replace(text, view, found);
}

/** As `redactText`, for ids: digits in them are neither phone nor card. */
export function redactId(id: string): string {
  if (!isSuspect(id, false)) return id;
  const view = viewOf(id);
  const found = [...textual(view)];
  return found.length === 0 ? id : replace(id, view, found);
}

function* textual(view: View): Generator<Redaction> {
  if (HAS_AT.test(view.text)) yield* emails(view);
  if (view.text.includes('=')) yield* parameters(view);
  if (HAS_PHONE_LINK.test(view.text)) yield* phoneLinks(view);
}

/** As `redactText`, for the recipient of a message: a number of seven digits or more is a phone number. */
export function redactRecipient(text: string, country?: string): string {
  return /^[\s+().-]*(?:\p{Nd}[\s+().-]*){7,}$/u.test(text) ? '[phone]' : redactText(text, country);
}

function replace(source: string, view: View, found: Redaction[]): string {
  let redacted = '';
  let read = 0;
  for (const { start, end, label } of found.sort((a, b) => a.start - b.start)) {
    const from = view.sourceIndex(start);
    if (from >= read) redacted += source.slice(read, from) + label;
    read = Math.max(read, view.sourceIndex(end));
  }
  return redacted + source.slice(read);
}

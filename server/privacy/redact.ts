import { emails } from './redact-emails.ts';
import { parameters, phoneLinks } from './redact-parameters.ts';
import { type Redaction, type View, viewOf } from './text-view.ts';

/** A cheap first test: text without one of these holds nothing to redact. */
const SUSPECT = /[@%=\uFE6B\uFF20]|(?:tel|sms|callto):/i;
const HAS_AT = /[@\uFE6B\uFF20]/;
const HAS_PHONE_LINK = /(?:tel|sms|callto):/i;

/**
 * Replaces emails, also percent-encoded ones, by `[email]`; phone numbers in `tel:` links and in URL parameters named
 * like a phone by `[phone]`; names, addresses and postal codes in URL parameters by `[removed]`. Everything else is kept
 * byte for byte. Runs in time linear in the length of the text.
 */
export function redactText(text: string): string {
  if (!SUSPECT.test(text)) return text;
  const view = viewOf(text);
  const found: Redaction[] = [];
  if (HAS_AT.test(view.text)) found.push(...emails(view));
  if (view.text.includes('=')) found.push(...parameters(view));
  if (HAS_PHONE_LINK.test(view.text)) found.push(...phoneLinks(view));
  return found.length === 0 ? text : replace(text, view, found);
}

/** As `redactText`, for the recipient of a message: a number of seven digits or more is a phone number. */
export function redactRecipient(text: string): string {
  return /^[\s+().-]*(?:\p{Nd}[\s+().-]*){7,}$/u.test(text) ? '[phone]' : redactText(text);
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

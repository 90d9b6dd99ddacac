import { parameterOf } from './fields.ts';
import type { Redaction, View } from './text-view.ts';

const KEY_CHARACTER = /[\w$.[\]+-]/;
const VALUE_END = /[&#;?="<>\\]/;
const MAX_KEY_LENGTH = 100;

/** Values of URL parameters whose names are those of personal fields, except emails. */
export function* parameters(view: View): Generator<Redaction> {
  const { text } = view;
  for (let equals = text.indexOf('='); equals >= 0; equals = text.indexOf('=', equals + 1)) {
    const start = keyStart(view, equals);
    const kind = parameterOf(text.slice(start, equals))?.kind;
    if (!kind || kind === 'email') continue;
    const end = valueEnd(view, equals + 1, kind === 'phone');
    const value = text.slice(equals + 1, end);
    if (kind !== 'phone' && value) yield { start: equals + 1, end, label: '[removed]' };
    if (kind === 'phone' && hasPhoneDigits(value)) yield { start: equals + 1, end, label: '[phone]' };
  }
}

/** An encoded blank is part of the name: `Phone%20Number=`. */
function keyStart(view: View, equals: number): number {
  const belongs = (index: number) =>
    KEY_CHARACTER.test(view.text.charAt(index)) || isEncodedBlank(view, index);
  let start = equals;
  while (start > 0 && equals - start < MAX_KEY_LENGTH && belongs(start - 1)) start--;
  return start;
}

const isBlank = (view: View, index: number) => /\s/.test(view.text.charAt(index));
const isEncodedBlank = (view: View, index: number) => isBlank(view, index) && view.isEncoded(index);

/** At least six digits: `?mobile=1` is a flag. */
const hasPhoneDigits = (value: string) => value.replace(/\P{Nd}/gu, '').length >= 6;

/** An encoded blank is part of the value; a plain one ends it, except between the digits of a phone number. */
function valueEnd(view: View, from: number, isPhone: boolean): number {
  const { text } = view;
  let end = from;
  while (end < text.length && !VALUE_END.test(text.charAt(end))) {
    const isBareBlank = isBlank(view, end) && !view.isEncoded(end);
    if (isBareBlank && !(isPhone && /[\p{Nd}(+]/u.test(text.charAt(end + 1)))) break;
    end++;
  }
  return end;
}

const PHONE_LINK = /(?<![a-z])(?:tel|sms|callto):\s*(?:\/\/)?([+\d(](?:[\d\s().+/-]*\d)?)/gi;

/** Numbers in `tel:`, `sms:` and `callto:` links. */
export function* phoneLinks({ text }: View): Generator<Redaction> {
  for (const { index, 0: link, 1: phone = '' } of text.matchAll(PHONE_LINK)) {
    const end = index + link.length;
    yield { start: end - phone.length, end, label: '[phone]' };
  }
}

import { nameOf } from './fields.ts';
import { ibanEnd } from './iban.ts';
import { isCardNumber } from './payment-card.ts';
import { isPhoneNumber } from './phone-form.ts';
import type { Redaction, View } from './text-view.ts';

/** A cheap first test: a text with fewer than eight digits in a row, separators aside, holds no such number. */
export const MANY_DIGITS = /\d(?:[ \u00A0\u2010-\u2015\u3000\u30FC.()/+-]{0,3}\d){7}/;
const RUN = /(?:\+ ?)?\(?(?:\+ ?)?\d(?:[ \u00A0\u2010-\u2015\u3000\u30FC.()/+-]{0,3}\d){7,}/g;
const IBAN = /(?<![A-Z0-9])[A-Z]{2}\d{2}(?= ?[A-Z0-9]{4})/gi;
const DIGITS = /\d+/g;
const IN_A_WORD = /[\p{Script=Latin}\p{Nd}_#$]/u;
/** What may stand directly before and behind a phone: `tel0912345678`, `0912345678ext 12`. */
const PHONE_LABEL = /(?:^|[^\p{Script=Latin}\p{Nd}_#$])(?:tel|phone|mobile|cell|call|fax|line|whatsapp)$/iu;
const LONGEST_LABEL = 9;
const EXTENSION = /^(?:ext\.?|x|#) ?\d{1,6}(?![\p{Script=Latin}\p{Nd}_])/iu;
const LONGEST_EXTENSION = 12;
const WHATSAPP_LINK = /wa\.me\/$/i;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const UUID_LENGTH = 36;
/** More groups than a number has: a phone in pairs of digits has eight. */
const MAX_GROUPS = 9;
/** `00` and what E.164 allows. */
const MAX_PHONE_DIGITS = 17;

/** Groups of digits, as `0912-345-678` has three. */
interface Group {
  start: number;
  end: number;
  digits: string;
  /** Position of the plus before it. */
  plus: number | undefined;
}

/**
 * IBANs, card numbers, and phone numbers with `+`, `00` or the trunk zero of the country.
 *
 * @param country ISO 3166-1 alpha-2; undefined: a number without `+` or `00` is no phone.
 */
export function* numbers({ text }: View, country: string | undefined): Generator<Redaction> {
  for (const { index } of text.matchAll(IBAN)) {
    const end = ibanEnd(text, index);
    if (end !== undefined) yield { start: index, end, label: '[iban]' };
  }
  let uuids: number[] | undefined;
  for (const { index, 0: run } of text.matchAll(RUN)) {
    // `SN00912345678` and `4f0912345678a` are ids, `#0912345678` is an order's number.
    if (isInWord(text, index, index + run.length)) continue;
    if (isIdParameter(text, index)) continue;
    uuids ??= Array.from(text.matchAll(UUID), (match) => match.index);
    if (uuids.some((at) => at < index + run.length && at + UUID_LENGTH > index)) continue;
    if (WHATSAPP_LINK.test(text.slice(Math.max(0, index - 6), index))) {
      yield { start: index, end: index + run.length, label: '[phone]' };
      continue;
    }
    yield* numbersIn(run, index, /\w\/$/.test(text.slice(Math.max(0, index - 2), index)), country);
  }
}

function isInWord(text: string, start: number, end: number): boolean {
  if (
    IN_A_WORD.test(text.charAt(start - 1)) &&
    !PHONE_LABEL.test(text.slice(Math.max(0, start - LONGEST_LABEL), start))
  )
    return true;
  return IN_A_WORD.test(text.charAt(end)) && !EXTENSION.test(text.slice(end, end + LONGEST_EXTENSION));
}

/** `?order_id=0912345678` */
function isIdParameter(text: string, index: number): boolean {
  if (text.charAt(index - 1) !== '=') return false;
  const before = text.slice(Math.max(0, index - 61), index - 1);
  const { isId, isThing } = nameOf(before.split(/[^\w.[\]-]/).at(-1) ?? '', false);
  return isId || isThing;
}

/** In the path of an address digits are an id, unless they have a plus. */
function* numbersIn(run: string, offset: number, isInPath: boolean, country: string | undefined) {
  const groups = groupsOf(run);
  for (let from = 0; from < groups.length; ) {
    if (isDate(groups, from)) {
      from += 3;
      continue;
    }
    const isId = isInPath && from === 0 && groups[0]?.plus === undefined;
    const found =
      isId || isFraction(run, groups[from]?.start ?? 0)
        ? undefined
        : (phoneAt(groups, from, country) ?? cardAt(groups, from));
    from += found?.count ?? 1;
    if (found) yield { start: offset + found.start, end: offset + found.end, label: found.label };
  }
}

/** `0.4111111111111111` */
const isFraction = (run: string, start: number) => /\d\.$/.test(run.slice(Math.max(0, start - 2), start));

function groupsOf(run: string): Group[] {
  let free = 0;
  return Array.from(run.matchAll(DIGITS), ({ index: start, 0: digits }) => {
    const sign = run.slice(free, start).lastIndexOf('+');
    const plus = sign < 0 ? undefined : free + sign;
    free = start + digits.length;
    return { start, end: free, digits, plus };
  });
}

/** The longest phone that begins with this group. */
function phoneAt(groups: readonly Group[], from: number, country: string | undefined) {
  const { plus, start, digits: begin = '' } = groups[from] ?? {};
  if (start === undefined || (plus === undefined && !begin.startsWith('0'))) return undefined;
  let digits = '';
  let found: { start: number; end: number; count: number; label: '[phone]' } | undefined;
  for (let at = from; at < Math.min(groups.length, from + MAX_GROUPS); at++) {
    const group = groups[at];
    if (!group || (at > from && group.plus !== undefined)) break;
    digits += group.digits;
    if (digits.length > MAX_PHONE_DIGITS || (plus === undefined && digits.startsWith('000'))) break;
    if (isPhoneNumber(digits, plus !== undefined, country))
      found = { start: plus ?? start, end: group.end, count: at + 1 - from, label: '[phone]' };
  }
  return found;
}

const DATE = /^(?:\d\d-\d\d-(?:19|20)\d\d|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))$/;
/** `04-11-1991` and `1991-11-04`, also with another date behind it. */
function isDate(groups: readonly Group[], from: number): boolean {
  const [day, month, year] = [0, 1, 2].map((further) => groups[from + further]?.digits ?? '');
  const written = [day, month, year].join('-');
  return groups[from]?.plus === undefined && DATE.test(written);
}

/** A card's number that begins with this group: in one piece, or as issuers write it. */
function cardAt(groups: readonly Group[], from: number) {
  const { start, digits: begin = '' } = groups[from] ?? {};
  if (start === undefined || !/^[2-6]/.test(begin)) return undefined;
  for (const lengths of begin.length > 6 ? IN_ONE_PIECE : GROUPINGS) {
    if (!lengths.every((length, place) => length === (groups[from + place]?.digits.length ?? 0))) continue;
    const count = Math.max(1, lengths.length);
    const digits = groups.slice(from, from + count).map((group) => group.digits);
    const end = groups[from + count - 1]?.end ?? start;
    if (isCardNumber(digits.join(''))) return { start, end, count, label: '[card]' as const };
  }
  return undefined;
}
const IN_ONE_PIECE: readonly (readonly number[])[] = [[]];
const GROUPINGS: readonly (readonly number[])[] = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 6, 4],
  [6, 13],
];

import { parameterOf } from './fields.ts';

/** A cheap first look: without one of these there is nothing to find. */
const SUSPECT = /[@%=\uFE6B\uFF20]|(?:tel|sms|callto):/i;
const HAS_AT = /[@\uFE6B\uFF20]/;
const HAS_PHONE_LINK = /(?:tel|sms|callto):/i;

/**
 * Replaces every email by `[email]`, percent-encoded ones too; phone numbers in URL parameters named like one and in
 * `tel:` links by `[phone]`; names, addresses and postal codes in such parameters by `[removed]`. Everything else stays
 * byte for byte. Costs one pass over the text, whatever it holds.
 */
export function redactText(text: string): string {
  if (!SUSPECT.test(text)) return text;
  const view = viewOf(text);
  const marks: Mark[] = [];
  if (HAS_AT.test(view.text)) marks.push(...emails(view));
  if (view.text.includes('=')) marks.push(...parameters(view));
  if (HAS_PHONE_LINK.test(view.text)) marks.push(...phoneLinks(view));
  return marks.length === 0 ? text : replace(text, view, marks);
}

/** As `redactText` for a field that says where a message goes: there a bare phone number is one, too. */
export function redactRecipient(text: string): string {
  return /^[\s+().-]*(?:\p{Nd}[\s+().-]*){7,}$/u.test(text) ? '[phone]' : redactText(text);
}

/** The text as a reader sees it, and where each of its characters stands in the source. */
interface View {
  text: string;
  sourceIndex(index: number): number;
  isEncoded(index: number): boolean;
}
/** From `start` up to, not including, `end`. */
interface Mark {
  start: number;
  end: number;
  label: '[email]' | '[phone]' | '[removed]';
}

/** One encoded byte, or the three of a full-width `＠`, encoded any number of times. */
const ENCODED = /%(?:25)*(?:(EF%(?:25)*BC%(?:25)*A0)|([0-9A-F]{2}))/gi;

function viewOf(source: string): View {
  if (!source.includes('%')) return { text: source, sourceIndex: (index) => index, isEncoded: () => false };
  const starts = new Uint32Array(source.length + 1);
  let text = '';
  let read = 0;
  const copyUntil = (end: number) => {
    for (let index = read; index < end; index++) starts[text.length + index - read] = index;
    text += source.slice(read, end);
  };
  for (const match of source.matchAll(ENCODED)) {
    copyUntil(match.index);
    starts[text.length] = match.index;
    text += match[1] ? '@' : byteCharacter(match[2] ?? '');
    read = match.index + match[0].length;
  }
  copyUntil(source.length);
  starts[text.length] = source.length;
  const sourceIndex = (index: number) => starts[index] ?? source.length;
  return { text, sourceIndex, isEncoded: (index) => sourceIndex(index + 1) - sourceIndex(index) > 1 };
}

/** A byte beyond ASCII is part of some letter; which one does not matter here. */
function byteCharacter(hex: string): string {
  return String.fromCharCode(Math.min(Number.parseInt(hex, 16), 0xff)).replace(/[\x80-\xff]/, 'ÿ');
}

const AT = /[@\uFE6B\uFF20]/g;
const DOMAIN = /[\p{L}\p{N}\p{M}_-]+(?:[.\uFF0E]+[\p{L}\p{N}\p{M}_-]+)+/uy;
const TOP_LEVEL = /[.\uFF0E]\p{L}{2}/u;
/** `logo@2x.png` is a picture for dense screens. */
const DENSE_PICTURE = /^\d(?:\.\d)?x\.(?:png|jpe?g|gif|webp|avif|svg)\b/i;

function* emails(view: View): Generator<Mark> {
  let free = 0;
  for (const { index: at } of view.text.matchAll(AT)) {
    DOMAIN.lastIndex = at + 1;
    const domain = DOMAIN.exec(view.text)?.[0];
    if (!domain || !TOP_LEVEL.test(domain) || DENSE_PICTURE.test(domain)) continue;
    const start = localStart(view, at, free);
    if (start === undefined) continue;
    free = at + 1 + domain.length;
    yield { start, end: free, label: '[email]' };
  }
}

/** Where the local part begins, looking back to `free` at most. Undefined: this `@` begins a handle, not an email. */
function localStart(view: View, at: number, free: number): number | undefined {
  let start = at;
  while (start > free && isLocal(view.text.charCodeAt(start - 1))) start--;
  if (start < at) return start;
  if (at === free) return undefined;
  const before = view.text.charAt(at - 1);
  if (before === '"') {
    const open = quoteStart(view.text, at - 1, free);
    if (open !== undefined) return open;
  }
  if (before === '/' && followsHost(view.text, at - 1)) return undefined;
  // Delimiters are legal in a local part: in `tom&@x.org` at least the rest of the address must go.
  return '/?&=#@'.includes(before) || view.isEncoded(at - 1) ? at : undefined;
}

/** Legal in a local part and no delimiter of a URL or of a sentence. */
function isLocal(code: number): boolean {
  const character = String.fromCharCode(code);
  return code < 0x80 ? /[\w.!$%'*+^`{|}~-]/.test(character) : !/[\s\p{P}\p{Z}]/u.test(character);
}

/** The opening quote of `"john doe"@…`. */
function quoteStart(text: string, close: number, free: number): number | undefined {
  const open = text.lastIndexOf('"', close - 1);
  if (open < free || open >= close - 1 || close - open > 66) return undefined;
  return open === 0 || /[\s<>(,;:=?&/\\"]/.test(text.charAt(open - 1)) ? open : undefined;
}

/** `https://www.tiktok.com/@shop.name`: a profile page. */
function followsHost(text: string, slash: number): boolean {
  let start = slash;
  while (start > 0 && /[\w.-]/.test(text.charAt(start - 1))) start--;
  return start < slash && text.slice(start - 2, start) === '//';
}

const KEY_CHARACTER = /[\w$.[\]+-]/;
const VALUE_END = /[&#;?="<>\\]/;
const MAX_KEY_LENGTH = 100;

function* parameters(view: View): Generator<Mark> {
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

/** `Phone%20Number=`: an encoded blank belongs to the name. */
function keyStart(view: View, equals: number): number {
  const belongs = (index: number) =>
    KEY_CHARACTER.test(view.text.charAt(index)) || isEncodedBlank(view, index);
  let start = equals;
  while (start > 0 && equals - start < MAX_KEY_LENGTH && belongs(start - 1)) start--;
  return start;
}

const isBlank = (view: View, index: number) => /\s/.test(view.text.charAt(index));
const isEncodedBlank = (view: View, index: number) => isBlank(view, index) && view.isEncoded(index);

/** `?mobile=1` is a flag; a phone number has six digits or more. */
const hasPhoneDigits = (value: string) => value.replace(/\P{Nd}/gu, '').length >= 6;

/** An encoded blank belongs to the value; a bare one ends it, except between the digits of a phone number. */
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

function* phoneLinks({ text }: View): Generator<Mark> {
  for (const { index, 0: link, 1: phone = '' } of text.matchAll(PHONE_LINK)) {
    const end = index + link.length;
    yield { start: end - phone.length, end, label: '[phone]' };
  }
}

function replace(source: string, view: View, marks: Mark[]): string {
  let redacted = '';
  let read = 0;
  for (const { start, end, label } of marks.sort((a, b) => a.start - b.start)) {
    const from = view.sourceIndex(start);
    if (from >= read) redacted += source.slice(read, from) + label;
    read = Math.max(read, view.sourceIndex(end));
  }
  return redacted + source.slice(read);
}

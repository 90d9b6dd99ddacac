import type { Redaction, View } from './text-view.ts';

const AT = /[@\uFE6B\uFF20]/g;
const DOMAIN = /[\p{L}\p{N}\p{M}_-]+(?:[.\uFF0E]+[\p{L}\p{N}\p{M}_-]+)+/uy;
const TOP_LEVEL = /[.\uFF0E]\p{L}{2}/u;
/** `logo@2x.png` is an image for high-resolution screens. */
const HIGH_RESOLUTION_IMAGE = /^\d(?:\.\d)?x\.(?:png|jpe?g|gif|webp|avif|svg)\b/i;

/** All emails in the text. */
export function* emails(view: View): Generator<Redaction> {
  let free = 0;
  for (const { index: at } of view.text.matchAll(AT)) {
    DOMAIN.lastIndex = at + 1;
    const domain = DOMAIN.exec(view.text)?.[0];
    if (!domain || !TOP_LEVEL.test(domain) || HIGH_RESOLUTION_IMAGE.test(domain)) continue;
    const start = localStart(view, at, free);
    if (start === undefined) continue;
    free = at + 1 + domain.length;
    yield { start, end: free, label: '[email]' };
  }
}

/** Start of the local part, at or after `free`. Undefined when this `@` begins a handle and is not part of an email. */
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
  // Delimiters are legal in a local part: in `tom&@x.org` at least the rest of the address is redacted.
  return '/?&=#@'.includes(before) || view.isEncoded(at - 1) ? at : undefined;
}

/** Legal in a local part, and not a delimiter of a URL or of a sentence. */
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

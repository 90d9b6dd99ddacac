const USUAL = 0;
const DIGIT = 1;
const SEPARATOR = 2;
/** Part of an email or of a parameter, or the beginning of a disguise. */
const SIGN = 3;
const ENTITY = 4;
const ESCAPE = 5;
const BRACKET = 6;
const COLON = 7;

const KINDS = new Uint8Array(128);
for (const [kind, characters] of [
  [DIGIT, '0123456789'],
  [SEPARATOR, ' .)/+-'],
  [SIGN, '@%='],
  [ENTITY, '&'],
  [ESCAPE, '\\'],
  [BRACKET, '([{'],
  [COLON, ':'],
] as const)
  for (const character of characters) KINDS[character.charCodeAt(0)] = kind;

/** Fewer digits are no phone and no card. */
const MANY = 8;

/**
 * A cheap first test, half as long as a regular expression takes: false for text in which there is nothing to redact.
 *
 * @param withNumbers whether eight digits, with nothing but separators between them, count.
 */
export function isSuspect(text: string, withNumbers: boolean): boolean {
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x80) {
      if (isUnusual(code)) return true;
      if (!isWideSeparator(code)) digits = 0;
      continue;
    }
    const kind = KINDS[code];
    if (kind === USUAL) digits = 0;
    else if (kind === DIGIT) {
      if (++digits === MANY && withNumbers) return true;
    } else if (kind !== SEPARATOR && isSuspectSign(kind, text, at)) return true;
  }
  return false;
}

/** Full-width digits, signs and brackets, and characters that are not visible. */
const isUnusual = (code: number) =>
  code === 0xad ||
  (code >= 0x200b && code <= 0x2064 && (code <= 0x200f || code >= 0x202a)) ||
  code === 0xfe6b ||
  code === 0xfeff ||
  code === 0xff08 ||
  code === 0xff0b ||
  (code >= 0xff10 && code <= 0xff20);

/** Also what East Asian keyboards write between digits: a wide blank, a long vowel's dash, `－`, `．`. */
const isWideSeparator = (code: number) =>
  (code >= 0x2010 && code <= 0x2015) || [0xa0, 0x3000, 0x30fc, 0xff09, 0xff0d, 0xff0e, 0xff0f].includes(code);

function isSuspectSign(kind: number | undefined, text: string, at: number): boolean {
  if (kind === SIGN) return true;
  const next = text.charCodeAt(at + 1) | 0x20;
  // `&#64;`, `&commat;`
  if (kind === ENTITY) return next === 0x23 || next === 0x63;
  // `\u0040`
  if (kind === ESCAPE) return next === 0x75 || text.charAt(at + 1) === '\\';
  // `(at)`, `( at )`
  if (kind === BRACKET) return next === 0x61 || next === 0x20;
  return kind === COLON && isLinkScheme(text, at);
}

/** `tel:`, `sms:` and `callto:` */
function isLinkScheme(text: string, colon: number): boolean {
  const [second, last] = [text.charCodeAt(colon - 2) | 0x20, text.charCodeAt(colon - 1) | 0x20];
  return (
    (second === 0x65 && last === 0x6c) ||
    (second === 0x6d && last === 0x73) ||
    (second === 0x74 && last === 0x6f)
  );
}

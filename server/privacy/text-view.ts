/** Text without the disguises of its characters, with the position of each character in the source. */
export interface View {
  text: string;
  sourceIndex(index: number): number;
  isEncoded(index: number): boolean;
}
/** A range of a view to replace: from `start` up to, not including, `end`. */
export interface Redaction {
  start: number;
  end: number;
  label: '[email]' | '[phone]' | '[card]' | '[iban]' | '[removed]';
}

/**
 * One encoded byte, or the three of a full-width `＠`, encoded any number of times; `&#64;`; `\u0040`; `(at)`; full-width
 * characters; and characters that are not visible.
 */
const DISGUISED =
  /%(?:25)*(?:(EF%(?:25)*BC%(?:25)*A0)|([0-9A-F]{2}))|&#(?:x0{0,8}([0-9A-F]{1,6})|0{0,8}(\d{1,7}));?|\\{1,8}u([0-9A-F]{4})|(&commat;?|\uFE6B| ?[([{\uFF08] ?at ?[)\]}\uFF09] ?)|( ?[([{\uFF08] ?dot ?[)\]}\uFF09] ?)|([\uFF01-\uFF5E])|[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]/gi;
/** A cheap first test. */
const IS_DISGUISED =
  /%|&[#c]|\\u|[([{\uFF08] ?(?:at|dot) ?[)\]}\uFF09]|[\uFE6B\uFF01-\uFF5E\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]/i;

export function viewOf(source: string): View {
  if (!IS_DISGUISED.test(source))
    return { text: source, sourceIndex: (index) => index, isEncoded: () => false };
  const starts = new Uint32Array(source.length + 1);
  let text = '';
  let read = 0;
  const copyUntil = (end: number) => {
    for (let index = read; index < end; index++) starts[text.length + index - read] = index;
    text += source.slice(read, end);
  };
  for (const match of source.matchAll(DISGUISED)) {
    copyUntil(match.index);
    starts[text.length] = match.index;
    text += characterOf(match);
    read = match.index + match[0].length;
  }
  copyUntil(source.length);
  starts[text.length] = source.length;
  const sourceIndex = (index: number) => starts[index] ?? source.length;
  return { text, sourceIndex, isEncoded: (index) => sourceIndex(index + 1) - sourceIndex(index) > 1 };
}

/** One character, or none for what is not visible. */
function characterOf([, wideAt, byte, hex, decimal, escaped, at, dot, wide]: RegExpExecArray): string {
  if (byte !== undefined) return byteCharacter(Number.parseInt(byte, 16));
  if (wideAt ?? at) return '@';
  if (dot !== undefined) return '.';
  if (wide !== undefined) return String.fromCharCode(wide.charCodeAt(0) - 0xfee0);
  if (hex !== undefined) return character(Number.parseInt(hex, 16));
  if (decimal !== undefined) return character(Number(decimal));
  return escaped === undefined ? '' : character(Number.parseInt(escaped, 16));
}

/** A byte beyond ASCII is part of some letter; which letter does not matter here. */
const byteCharacter = (byte: number) => (byte < 0x80 ? String.fromCharCode(byte) : 'ÿ');

function character(code: number): string {
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  return code < 0x80 ? String.fromCharCode(code) : 'ÿ';
}

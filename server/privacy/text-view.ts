/** Text after percent-decoding, with the position of each character in the source. */
export interface View {
  text: string;
  sourceIndex(index: number): number;
  isEncoded(index: number): boolean;
}
/** A range of a view to replace: from `start` up to, not including, `end`. */
export interface Redaction {
  start: number;
  end: number;
  label: '[email]' | '[phone]' | '[removed]';
}

/** One encoded byte, or the three of a full-width `＠`, encoded any number of times. */
const ENCODED = /%(?:25)*(?:(EF%(?:25)*BC%(?:25)*A0)|([0-9A-F]{2}))/gi;

export function viewOf(source: string): View {
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

/** A byte beyond ASCII is part of some letter; which letter does not matter here. */
function byteCharacter(hex: string): string {
  return String.fromCharCode(Math.min(Number.parseInt(hex, 16), 0xff)).replace(/[\x80-\xff]/, 'ÿ');
}

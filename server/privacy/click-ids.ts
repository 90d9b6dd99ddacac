import { CLICK_IDS } from '../../shared/click-ids.ts';
import { mapList } from './map-leaves.ts';
import { type View, viewOf } from './text-view.ts';

const spelled = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
const NAMES = [...new Set(CLICK_IDS.flatMap(({ name, cookie }) => [name, cookie].map(spelled)))];
/** Also as parts of other names, as in `initial_gclid`. Shorter ones are parts of words. */
const MIN_LENGTH_IN_NAME = 5;
const [LONG, SHORT] = [
  NAMES.filter((name) => name.length >= MIN_LENGTH_IN_NAME),
  new Set(NAMES.filter((name) => name.length < MIN_LENGTH_IN_NAME)),
];
/** The letters of a name, in text, with what people put between them. Those of `ttp` are in every URL. */
const inText = (names: Iterable<string>) => [...names].map((name) => name.split('').join('[_-]?')).join('|');
const NAME = new RegExp(`${inText(LONG)}|(?<![a-z])(?:${inText(SHORT)})`, 'gi');
const IS_NAMED = new RegExp(NAME.source, 'i');
/** A character of a name, percent-encoded. */
const ENCODED_CHARACTER = /%(?:25)*[4-7][0-9a-f]/i;

const MAX_KEY_LENGTH = 64;
const MAX_KNOWN = 2_000;
/** The fields of messages are some hundreds; a map that is emptied when full is faster here than `memoize`. */
const known = new Map<string, boolean>();

/** True for the name of a field, parameter or cookie that holds a click id: `gclid`, `initial_gclid`, `fbc`, `user.fbp`. */
function isClickIdName(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const isClickId = readName(name);
  if (known.size >= MAX_KNOWN) known.clear();
  if (name.length <= MAX_KEY_LENGTH) known.set(name, isClickId);
  return isClickId;
}

function readName(name: string): boolean {
  const plain = spelled(name);
  if (LONG.some((one) => plain.includes(one)) || SHORT.has(plain)) return true;
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return words.split(/[^a-z0-9]+/).some((word) => SHORT.has(word));
}

/** Without click ids: neither as fields, nor as parameters of URLs or otherwise named inside text. */
export function withoutClickIds<T>(value: T): T {
  return strip(value) as T;
}

/** Copies only what changes: most objects of a message hold no click id. */
function strip(value: unknown): unknown {
  if (typeof value === 'string') return stripText(value);
  if (Array.isArray(value)) return stripList(value);
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Record<string, unknown>;
  let kept: Record<string, unknown> | undefined;
  for (const key in object) {
    const inner = object[key];
    const isClickId = isClickIdName(key) || (key === 'value' && isLabelOfClickId(object));
    const name = isClickId ? undefined : key.includes('=') ? stripText(key) : key;
    const stripped = isClickId ? undefined : strip(inner);
    if (name === key && stripped === inner) continue;
    kept ??= { ...object };
    if (name !== key) delete kept[key];
    if (name !== undefined) kept[name] = stripped;
  }
  return kept ?? value;
}

function stripList(list: readonly unknown[]): readonly unknown[] {
  const [name] = list;
  if (list.length === 2 && typeof name === 'string' && isClickIdName(name)) return [name];
  return mapList(list, strip);
}

/** In `{name: 'gclid', value: '…'}` the label is beside the value. */
function isLabelOfClickId({ name, key }: Record<string, unknown>): boolean {
  const label = name ?? key;
  return typeof label === 'string' && label.length <= 100 && isClickIdName(label);
}

/** A range of the view to remove. */
interface Range {
  /** Of the name; -1 where the name stays and only the value goes. */
  key: number;
  start: number;
  end: number;
  /** How its `=` is encoded. */
  level: number;
}

/** Values of Meta's and Google's cookies: `fb.1.<time>.<id>`, `GCL.<time>.<id>`. */
const BY_FORM = /^(?:fb\.\d|GCL)\.\d{10,13}\.\S/;

function stripText(text: string): string {
  if (BY_FORM.test(text)) return '';
  if (!/[=:%\\]/.test(text)) return text;
  const isEncoded = text.includes('%') && ENCODED_CHARACTER.test(text);
  if (!isEncoded && !IS_NAMED.test(text)) return text;
  const view = viewOf(text);
  const found = clickIdsIn(view);
  return found.length === 0 ? text : remove(text, view, found);
}

const KEY_CHARACTER = /[\w.-]/;

/** Every value with the name of a click id before it: `gclid=…`, `gclid: …`, `"gclid":"…"`. */
function clickIdsIn(view: View): Range[] {
  const { text } = view;
  const found: Range[] = [];
  NAME.lastIndex = 0;
  for (let match = NAME.exec(text); match; match = NAME.exec(text)) {
    let start = match.index;
    let end = NAME.lastIndex;
    while (start > 0 && match.index - start < MAX_KEY_LENGTH && isKey(text, start - 1)) start--;
    while (end - match.index < MAX_KEY_LENGTH && isKey(text, end)) end++;
    NAME.lastIndex = end;
    // `\u0026` of JSON.
    if (text.charAt(start - 1) === '\\' && /^u[\da-f]{4}/i.test(text.slice(start, end))) start += 5;
    if (!isClickIdName(text.slice(start, end))) continue;
    const range = valueAfter(view, start, end);
    if (range === undefined) continue;
    found.push(range);
    NAME.lastIndex = Math.max(end, range.end);
  }
  return found;
}

const isKey = (text: string, at: number) => at < text.length && KEY_CHARACTER.test(text.charAt(at));

/** `gclid=`, `gclid[]=`, `"gclid": `, PHP's `gclid => `, `gclid\u003d` of JSON; the value may be quoted. */
const ASSIGNMENT = /((?:\[\w{0,20}\])?[\\"']{0,4}\s{0,4})([=:]>?|\\u003d)\s{0,4}[\\"']{0,4}/iy;

function valueAfter(view: View, start: number, end: number): Range | undefined {
  const { text } = view;
  ASSIGNMENT.lastIndex = end;
  const assignment = ASSIGNMENT.exec(text);
  if (!assignment) return undefined;
  const [, before = ''] = assignment;
  const sign = end + before.length;
  const from = ASSIGNMENT.lastIndex;
  const isParameter = text.charAt(sign) === '=';
  const level = encodingOf(view, sign);
  let to = from;
  while (to < text.length && !(isEnd(text.charAt(to), isParameter) && encodingOf(view, to) <= level)) to++;
  if (to === from) return undefined;
  const isWhole = isParameter && from === sign + 1;
  return { key: isWhole ? start : -1, start: isWhole ? start : from, end: to, level };
}

const isEnd = (character: string, isParameter: boolean) =>
  (isParameter ? /[&#;\s"'<>\\]/ : /[&#;\s"'<>\\,}\])]/).test(character);

/** How many characters stand for this one: 1, and 3, 5 … where it is percent-encoded. */
const encodingOf = (view: View, at: number) => view.sourceIndex(at + 1) - view.sourceIndex(at);

/** The text without the ranges, and without the separators that would be left over. */
function remove(source: string, view: View, ranges: readonly Range[]): string {
  const { text } = view;
  let kept = '';
  let read = 0;
  for (let index = 0; index < ranges.length; index++) {
    let { key, start, end, level } = ranges[index] as Range;
    const isFollowed = () => text.charAt(end) === '&' && encodingOf(view, end) === level;
    if (key >= 0) {
      while (ranges[index + 1]?.key === end + 1 && isFollowed()) end = ranges[++index]?.end ?? end;
      if (isFollowed()) end++;
      else if (/[?&#;]/.test(text.charAt(start - 1))) start--;
    }
    const from = view.sourceIndex(start);
    if (from >= read) kept += source.slice(read, from);
    read = Math.max(read, view.sourceIndex(end));
  }
  return kept + source.slice(read);
}

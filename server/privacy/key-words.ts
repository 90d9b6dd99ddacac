import { ROLES } from './words.ts';

/** A word or an expression of a key, and the bits of its roles; an unknown word has none. */
export interface Unit {
  text: string;
  roles: number;
}

/** A name that is longer is read from its end, where the word is that names the value. */
const MAX_KEY_LENGTH = 120;
const MIN_COMPOUND_LENGTH = 5;
const MAX_COMPOUND_LENGTH = 40;
const ACCENTS = /[\u0300-\u036f]/g;
const WORD =
  /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[\u3005-\u30ff\u3400-\u9fff]+|[^\P{L}\u3005-\u30ff\u3400-\u9fff]+/gu;
const ASCII_WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;
const IS_LATIN = /^[a-z]/;

/**
 * The words of a key: of `customerFirstName`, `customer_first_name`, `customerfirstname` and `顧客姓名`. Digits are none.
 */
export function unitsOf(key: string): Unit[] {
  const end = key.length > MAX_KEY_LENGTH ? key.slice(-MAX_KEY_LENGTH) : key;
  const isPlain = isAscii(end);
  if (isPlain && !mayHoldWord(end)) return [];
  const words: string[] = [];
  for (const word of (isPlain ? end.match(ASCII_WORD) : plain(end).match(WORD)) ?? [])
    split(word.toLowerCase(), words);
  return join(words);
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x80) return false;
  return true;
}

/** A cheap first test: false for most keys that a sender makes up. */
function mayHoldWord(key: string): boolean {
  for (let from = 0; from < key.length; from++) {
    let node: LatinNode | undefined = dictionary().latin;
    for (let at = from; node && at < key.length; at++) {
      node = node.next[(key.charCodeAt(at) | 0x20) - FIRST_LATIN];
      if (node?.isWord) return true;
    }
  }
  return false;
}

/** Without accents, `ß` as `ss`, full-width characters as usual ones. */
const plain = (key: string): string =>
  key.normalize('NFKD').replace(ACCENTS, '').normalize('NFC').replaceAll('ß', 'ss');

/** A compound whose parts are all known is split into them; other words stay as they are. */
function split(word: string, into: string[]): void {
  if (ROLES.has(word)) into.push(word);
  else if (!IS_LATIN.test(word)) splitUnspaced(word, into);
  else if (word.length < MIN_COMPOUND_LENGTH || word.length > MAX_COMPOUND_LENGTH) into.push(word);
  else into.push(...(compound(word) ?? [word]));
}

/** Longest known word first; what is between known words is one unknown word. */
function splitUnspaced(text: string, into: string[]): void {
  let unknown = '';
  for (let at = 0; at < text.length; ) {
    const length = lengthOfWord(text, at);
    if (length === 0) unknown += text.charAt(at++);
    else {
      if (unknown) into.push(unknown);
      unknown = '';
      into.push(text.slice(at, at + length));
      at += length;
    }
  }
  if (unknown) into.push(unknown);
}

/** Of the longest known word that begins here; 0 when there is none. */
function lengthOfWord(text: string, from: number): number {
  let node: Node | undefined = dictionary().unspaced;
  let length = 0;
  for (let at = from; node && at < text.length; at++) {
    node = node.next.get(text.charCodeAt(at));
    if (node?.isWord) length = at + 1 - from;
  }
  return length;
}

/** What may follow the beginning of a known word. */
interface Node {
  isWord: boolean;
  next: Map<number, Node>;
}
/** The same of words of `a` to `z`, by the place in the alphabet. */
interface LatinNode {
  isWord: boolean;
  next: (LatinNode | undefined)[];
}
const FIRST_LATIN = 97;
/** Shorter words occur in others by chance. */
const SHORT_PARTS = new Set(['ip', 'id', 'no', 'nr']);

function createDictionary() {
  const texts = [...ROLES.keys()];
  const words = new Set(texts.flatMap((text) => text.split(' ')));
  return {
    unspaced: treeOf(texts.filter((text) => !/[a-z ]/.test(text))),
    /** Parts of compounds. */
    parts: latinTreeOf(texts.filter((text) => /^[a-z]{3,}$/.test(text) || SHORT_PARTS.has(text))),
    /** Every word, also within expressions. */
    latin: latinTreeOf([...words].filter((word) => /^[a-z]{2,}$/.test(word))),
    /** The first words of expressions, and their first two and three. */
    beginnings: new Set(
      texts.flatMap((text) => {
        const words = text.split(' ');
        return words.slice(1).map((_, count) => words.slice(0, count + 1).join(' '));
      }),
    ),
  };
}
let built: ReturnType<typeof createDictionary> | undefined;
/** Built for the first key: most storage threads read none, and building takes 20 ms. */
const dictionary = () => {
  built ??= createDictionary();
  return built;
};

function treeOf(words: readonly string[]): Node {
  const newNode = (): Node => ({ isWord: false, next: new Map() });
  const root = newNode();
  for (const word of words) {
    let node = root;
    for (let at = 0; at < word.length; at++) {
      const code = word.charCodeAt(at);
      const next = node.next.get(code) ?? newNode();
      node.next.set(code, next);
      node = next;
    }
    node.isWord = true;
  }
  return root;
}

function latinTreeOf(words: readonly string[]): LatinNode {
  const newNode = (): LatinNode => ({ isWord: false, next: new Array(26).fill(undefined) });
  const root = newNode();
  for (const word of words) {
    let node = root;
    for (let at = 0; at < word.length; at++) {
      const place = word.charCodeAt(at) - FIRST_LATIN;
      node.next[place] ??= newNode();
      node = node.next[place];
    }
    node.isWord = true;
  }
  return root;
}

/** The fewest known words that the text consists of. */
function compound(text: string): string[] | undefined {
  // From each position, how many words are needed at least, and how long the first of them is.
  const count = new Array<number>(text.length).fill(Number.POSITIVE_INFINITY);
  const first = new Array<number>(text.length).fill(0);
  for (let from = text.length - 1; from >= 0; from--) {
    let node: LatinNode | undefined = dictionary().parts;
    for (let at = from; node && at < text.length; at++) {
      node = node.next[text.charCodeAt(at) - FIRST_LATIN];
      const rest = at + 1 === text.length ? 0 : (count[at + 1] ?? 0);
      if (node?.isWord && rest + 1 < (count[from] ?? 0)) {
        count[from] = rest + 1;
        first[from] = at + 1 - from;
      }
    }
  }
  if (count[0] === Number.POSITIVE_INFINITY) return undefined;
  const words: string[] = [];
  for (let at = 0; at < text.length; at += first[at] ?? text.length)
    words.push(text.slice(at, at + (first[at] ?? 0)));
  return words;
}

/** Words that are an expression together become one unit. */
function join(words: readonly string[]): Unit[] {
  const { beginnings } = dictionary();
  const units: Unit[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? '';
    let unit = { text: word, roles: ROLES.get(word) ?? 0 };
    let used = 1;
    let text = word;
    for (let count = 2; at + count <= words.length && beginnings.has(text); count++) {
      text += ` ${words[at + count - 1]}`;
      const roles = ROLES.get(text);
      if (roles !== undefined) [unit, used] = [{ text, roles }, count];
    }
    units.push(unit);
    at += used;
  }
  return units;
}

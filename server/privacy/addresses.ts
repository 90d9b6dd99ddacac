import { memoize } from '../lib/cache.ts';
import { cleanQuery, type Further, isKept } from './address-parameters.ts';
import { cleanPath } from './address-paths.ts';
import { mapLeaves } from './map-leaves.ts';

const NONE: Further = new Set();

/**
 * A copy in which no address shows a secret: without fragments, names and passwords of users, and parameters that are not
 * among those kept. What needs no change is returned as it is, also inside.
 */
export const withCleanAddresses = <T>(value: T, further: Further = NONE): T =>
  mapLeaves(value, (leaf, key) => (typeof leaf === 'string' ? cleanText(leaf, key, further) : leaf));

const SCHEME = /^[a-z][a-z0-9+.-]{1,30}:\\?\/\\?\//i;
/** `?` or `#` before a `=`, and nothing that markup or JSON has: an address without a host, or one without a scheme. */
const IS_RELATIVE = /^[^\s?#="'<>{}()]*[?#][^\s="'<>{}()]*=[^"'<>{}]*$/;
const ADDRESS_KEY = /(?:url|uri|href|link|path|search|query_?string|referr?er|site|location|landing_page)$/i;
/** Without a slash at its beginning, and with a parameter. */
const IS_PATH = /^[^\s/;=]+\/[^\s;=]*;\S*=/;
const IS_QUERY = /^(?:search|query_?string)$/i;
/** A parameter after a blank. */
const HAS_BLANKS = /\s[^\s&]*&[\w.%-]{1,60}=/;
/** An address inside other text, JSON included. */
const IN_TEXT = /[a-z][a-z0-9+.-]{1,30}:(?:\/\/|\\\/\\\/)(?:[^\s"'<>\\]|\\\/)+/gi;
const ENCODED = /[a-z][a-z0-9+.-]{1,30}%(?:25)*3A%(?:25)*2F%(?:25)*2F[^\s"'<>\\&]+/gi;
const IS_ENCODED = /%(?:25)*3A%(?:25)*2F/i;
/** Such a text is no address, whatever it looks like. */
const ID_KEY = /(?:id|sku|token|number)$/i;

/** Nearly all texts are neither addresses nor contain one: the cheapest tests come first. */
function cleanText(text: string, key: string, further: Further): string {
  if (text.includes('://')) return cleanAbsolute(text, key, further);
  const first = text.charCodeAt(0);
  const isRooted = first === SLASH || first === QUESTION_MARK || first === HASH;
  const isAssigned = text.includes('=');
  if (isRooted || isAssigned) return cleanRelative(text, key, first, isAssigned, further);
  if (text.includes(':\\/\\/')) return cleanAbsolute(text, key, further);
  return withoutEncoded(text);
}
const [SLASH, QUESTION_MARK, HASH] = [0x2f, 0x3f, 0x23];

const cleanAbsolute = (text: string, key: string, further: Further): string =>
  isAddress(text, key)
    ? cleanAddress(text, further)
    : text.replace(IN_TEXT, (address) => cleanEscaped(address, further));

function cleanRelative(
  text: string,
  key: string,
  first: number,
  isAssigned: boolean,
  further: Further,
): string {
  const isNamed = ADDRESS_KEY.test(key);
  const isAddress =
    isNamed && (first === SLASH || first === QUESTION_MARK || first === HASH || IS_PATH.test(text));
  if (isAddress || (first === SLASH && !/\s/.test(text)) || (isAssigned && IS_RELATIVE.test(text)))
    return ID_KEY.test(key) ? text : cleanAddress(text, further);
  if (text.includes(':\\/\\/')) return cleanAbsolute(text, key, further);
  if (isNamed && IS_QUERY.test(key)) return cleanQuery(text, further);
  return withoutEncoded(text);
}

const withoutEncoded = (text: string): string =>
  text.includes('%') && IS_ENCODED.test(text) ? text.replace(ENCODED, (address) => cleanPath(address)) : text;

/** True for a text that is one address, even where its parameters were not encoded and hold blanks. */
const isAddress = (text: string, key: string): boolean =>
  SCHEME.test(text) && (!/[\s"'<>\\]/.test(text) || ADDRESS_KEY.test(key) || HAS_BLANKS.test(text));

/** JSON may write `/` as `\/`. */
const cleanEscaped = (address: string, further: Further): string =>
  address.includes('\\/')
    ? cleanAddress(address.replaceAll('\\/', '/'), further).replaceAll('/', '\\/')
    : cleanAddress(address, further);

/** The addresses of a shop's pages and pictures come with every event. */
const KNOWN_ADDRESSES = 2_000;
const cleaners = new WeakMap<Further, (address: string) => string>();

/** An address, absolute or not, without its fragment and with the parameters that are kept. */
function cleanAddress(address: string, further: Further): string {
  let clean = cleaners.get(further);
  if (!clean) {
    clean = memoize(KNOWN_ADDRESSES, (text) => readAddress(text, further));
    cleaners.set(further, clean);
  }
  return clean(address);
}

/** `@` as HTML writes it: neither a fragment nor a parameter begins in it. */
const AT_ENTITY = /&#(?:0{0,5}64|x0{0,5}40);?/gi;

function readAddress(written: string, further: Further): string {
  const address = written.includes('&#') ? written.replace(AT_ENTITY, '@') : written;
  const hash = address.indexOf('#');
  const bare = hash < 0 ? address : address.slice(0, hash);
  const mark = bare.indexOf('?');
  const query = mark < 0 ? '' : cleanQuery(bare.slice(mark + 1), further);
  const path = cleanPath(mark < 0 ? bare : bare.slice(0, mark));
  return withoutAssignments(path, further) + (query && `?${query}`);
}

/** A part of a path that assigns a value is a parameter: `/color=red/`, `/page&token=…`. */
function withoutAssignments(path: string, further: Further): string {
  if (!path.includes('=')) return path;
  const parts = path.split('/');
  return parts.map((part) => (!part.includes('=') || isKept(part, further) ? part : '[removed]')).join('/');
}

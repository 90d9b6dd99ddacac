import { CLICK_IDS } from '../../shared/click-ids.ts';
import { isPlaceholder } from '../../shared/order-ids.ts';
import { memoize } from '../lib/cache.ts';
import { cleanPath } from './address-paths.ts';
import { normalizeEmail } from './normalize.ts';

const CLICK_ID_PARAMETERS = CLICK_IDS.flatMap(({ parameter }) => parameter?.toLowerCase() ?? []);

/** URL parameters that name a page, a campaign or an order. Any other may be a secret, or say who somebody is. */
const KEPT: ReadonlySet<string> = new Set([
  ...CLICK_ID_PARAMETERS,
  // Statistics: of links in Customer.io's messages, and of SHOPLINE's thank-you page.
  ...['_cio_id', 'mainorderseq', 'mainordermark', 'buyscence'],
  ...['q', 'query', 'keyword', 'keywords', 'search', 's', 'term'],
  ...[
    'product',
    'product_id',
    'productid',
    'pid',
    'variant',
    'variant_id',
    'variantid',
    'sku',
    'handle',
    'slug',
  ],
  ...[
    'collection',
    'collection_id',
    'category',
    'category_id',
    'cat',
    'brand',
    'vendor',
    'type',
    'tag',
    'tags',
  ],
  ...['color', 'colour', 'size', 'price', 'min_price', 'max_price', 'in_stock'],
  ...['page', 'p', 'per_page', 'limit', 'sort', 'sort_by', 'sortby', 'order_by', 'direction', 'view', 'tab'],
  ...['lang', 'language', 'locale', 'currency', 'country'],
  // Sizes and versions of images.
  ...['v', 'ver', 'version', 'w', 'h', 'width', 'height', 'format', 'quality', 'fit', 'crop', 'dpr'],
]);
const CLICK_ID_NAMES: ReadonlySet<string> = new Set(CLICK_ID_PARAMETERS);
const KEPT_KINDS = /^(?:utm_[a-z_]{1,40}|filter\.[\w.-]{1,80})$/;

/** Further names that a shop keeps (`KEEP_PARAMETERS`), in lower case. */
export type Further = ReadonlySet<string>;
const NONE: Further = new Set();

/**
 * A copy in which no address shows a secret: without fragments, names and passwords of users, and parameters that are not
 * among those kept. What needs no change is returned as it is, also inside.
 */
export function withCleanAddresses<T>(value: T, further: Further = NONE): T {
  return clean(value, '', further) as T;
}

function clean(value: unknown, key: string, further: Further): unknown {
  if (typeof value === 'string') return cleanText(value, key, further);
  if (Array.isArray(value)) return cleanList(value, key, further);
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Record<string, unknown>;
  let copy: Record<string, unknown> | undefined;
  for (const name in object) {
    const inner = object[name];
    const cleaned = clean(inner, name, further);
    if (cleaned === inner) continue;
    copy ??= { ...object };
    copy[name] = cleaned;
  }
  return copy ?? value;
}

function cleanList(list: readonly unknown[], key: string, further: Further): readonly unknown[] {
  const cleaned = list.map((item) => clean(item, key, further));
  return cleaned.every((item, index) => item === list[index]) ? list : cleaned;
}

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

/** Parameters are separated by `&`, by some programs `;`; a second `?` begins those of an address that was not encoded. */
function cleanQuery(query: string, further: Further): string {
  const parameters = query.split(/[&;?]/);
  const kept = parameters.flatMap((parameter) =>
    isKept(parameter, further) ? [parameter] : maskedEmail(parameter),
  );
  const isWhole = kept.length === parameters.length && kept.every((one, index) => one === parameters[index]);
  return isWhole ? query : kept.join('&');
}

function isKept(parameter: string, further: Further): boolean {
  const equals = parameter.indexOf('=');
  if (equals <= 0) return false;
  const name = nameOf(parameter.slice(0, equals));
  if (name === undefined) return false;
  const isClickId = CLICK_ID_NAMES.has(name);
  if (!isClickId && !KEPT.has(name) && !further.has(name) && !KEPT_KINDS.test(name)) return false;
  const value = parameter.slice(equals + 1);
  if (isClickId) return !isPlaceholder((decode(value) ?? value).trim());
  return !MAY_HIDE.test(value) || !HIDES_ADDRESS.test(decode(value) ?? value);
}

/** Undefined for a name that cannot be decoded. */
const nameOf = memoize(2_000, (written) => decode(written)?.toLowerCase().replace(/\[\]$/, ''));

/** That a page was given an email stays visible. */
function maskedEmail(parameter: string): string[] {
  const [, name, value] = /^([\w.-]{1,40})=(.+)$/s.exec(parameter) ?? [];
  return name !== undefined && normalizeEmail(value) !== undefined ? [`${name}=[email]`] : [];
}

const MAY_HIDE = /[%:#=]|^eyJ|^\//;
/** A value that is an address itself, or a signed token. */
const HIDES_ADDRESS = /^\s*\/|:\/\/|[?&#;][^=?&#;]{0,80}=|%(?:25)*(?:3F|26|23|3B)|^eyJ[\w-]+\./i;

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

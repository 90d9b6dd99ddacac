import { CLICK_IDS } from '../../shared/click-ids.ts';
import { isPlaceholder } from '../../shared/order-ids.ts';
import { memoize } from '../lib/cache.ts';
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

/** Parameters are separated by `&`, by some programs `;`; a second `?` begins those of an address that was not encoded. */
export function cleanQuery(query: string, further: Further): string {
  const parameters = query.split(/[&;?]/);
  const kept = parameters.flatMap((parameter) =>
    isKept(parameter, further) ? [parameter] : maskedEmail(parameter),
  );
  const isWhole = kept.length === parameters.length && kept.every((one, index) => one === parameters[index]);
  return isWhole ? query : kept.join('&');
}

export function isKept(parameter: string, further: Further): boolean {
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

/**
 * How reports call an order, and the id that pixel and collector give an event. The snippet and the collector share
 * these functions, so that both come to the same names.
 */
type Properties = Readonly<Record<string, unknown>>;

/** Longer than any id the contract accepts; a longer text is not an id. */
const MAX_LENGTH = 512;
/** Also quoted, in parentheses, behind `#`, several of them. */
const PLACEHOLDERS = /^(?:[\s#"'(),.0-]|undefined|null|nan|none|n\/a|not set|true|false)*$|^-1$/i;
/** `{{order_id}}`, `${id}`, `%ORDER_ID%`, `<%= id %>`, `[order_id]`: a template that was not filled in. */
const UNRESOLVED = /^(?:[#$]*\{.*|%.*%|__.*__|<.*>|\[.*\])$/s;

/**
 * An id as text, trimmed. A placeholder (`undefined`, `0`, `{{order_id}}` …) is no id, neither is an id that contained
 * an email address and was masked to `[email]`: both would merge what belongs to different people.
 */
export function readId(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = `${value}`.trim();
  return text.length > MAX_LENGTH ||
    PLACEHOLDERS.test(text) ||
    UNRESOLVED.test(text) ||
    text.includes('[email]')
    ? undefined
    : text;
}

/** True for what `readId` takes for no id, for ids that may be longer. Blank text is a placeholder. */
export const isPlaceholder = (text: string): boolean => readId(text.slice(0, MAX_LENGTH)) === undefined;

const NUMBER = /^\d+$/;
const DIGEST = /^[0-9a-f]{64}$/i;
/** What pads a number: no random id repeats a character this often, one after the other. */
const PADDING = /(.)\1{4,}/gs;

/**
 * An id that only its browser can know: a UUID, or 20 characters and more. One of few different characters is a
 * placeholder, a number can be counted to, also behind padding, and a digest is as well known as the email it is of.
 */
export const isHardToGuess = (id: string): boolean =>
  !NUMBER.test(id) && !DIGEST.test(id) && new Set(id).size >= 8 && id.replace(PADDING, '').length >= 20;

/** A text whose only digits are a number at its end or beginning: a counter's, as `cart-00012` is. */
const COUNTED = /^(?:\D*\d+|\d+\D*)$/;
const NOT_OF_WORDS = /\P{L}/gu;

/**
 * A token proves that its holder has seen the cart or checkout. Numbers and short texts can be guessed and prove nothing;
 * neither do short words with a number, the next of which is the next cart.
 */
export const isGuessable = (id: string): boolean =>
  id.length < 8 || (COUNTED.test(id) && id.replace(NOT_OF_WORDS, '').length < SHORTEST_WORDS);
const SHORTEST_WORDS = 9;

/**
 * All names of an order in one report: its id, its numbers, and `checkout:<id>` for its checkout. Reports of equally
 * trusted senders that share a name are reports of the same order.
 *
 * @returns trimmed, without duplicates, the order id first; empty when the report has no name for its order.
 */
export function orderNames(properties: Properties): string[] {
  const { order_id, order_number, order_seq, order_status_url } = properties;
  const numbers = [order_id, order_number, order_seq ?? parameter(order_status_url, 'mainOrderSeq')];
  const names = [
    ...numbers.map((value) => readId(readId(value)?.replace(/^#\s*/, ''))),
    ...checkoutNames(properties),
  ];
  return [...new Set(names)].filter((name) => name !== undefined);
}

/** Names of the checkout in one report: `checkout:<id>`, then `checkout:<token>`. */
export function checkoutNames({ checkout_id, checkout_token }: Properties): string[] {
  const ids = [readId(checkout_id), readId(checkout_token)];
  return ids.flatMap((id) => (id === undefined ? [] : [`checkout:${id}`]));
}

/**
 * What of one report's names for its checkout is a token. Pages call it `checkout_id`, too, where shop systems have a number
 * or a short name: of that field only what is as long as a token counts.
 */
export function checkoutTokens({ checkout_id, checkout_token }: Properties): string[] {
  const [token, id] = [readId(checkout_token), readId(checkout_id)];
  const isLong = id !== undefined && id.length >= SHORTEST_TOKEN;
  const tokens = [token, isLong ? id : undefined].filter((one) => one !== undefined && !isGuessable(one));
  return [...new Set(tokens)] as string[];
}
const SHORTEST_TOKEN = 16;

/**
 * The key under which a checkout counts once: of its token, which all voices share. Under what can be guessed trusted voices
 * alone have one, which is no browser's token.
 */
export function checkoutKey(properties: Properties, isTrusted: boolean): string | undefined {
  const [token] = checkoutTokens(properties);
  if (token !== undefined) return `checkout:${token}`;
  const id = readId(properties.checkout_token) ?? readId(properties.checkout_id);
  if (id === undefined || !isTrusted) return undefined;
  return isGuessable(id) ? `checkout:${id}` : `checkout-id:${id}`;
}

/**
 * Tokens of the cart, the checkout and the order that one report shows, those that cannot be guessed. `cart_id` is what
 * the snippet calls the cart's token; `mainOrderMark` is in the URL of SHOPLINE's thank-you page.
 */
export function orderTokens(properties: Properties): string[] {
  const { cart_token, cart_id, order_mark, order_status_url } = properties;
  const mark = order_mark ?? parameter(order_status_url, 'mainOrderMark');
  const tokens = [cart_token, cart_id, ...checkoutTokens(properties), mark].map(readId);
  return [...new Set(tokens)].filter((token) => token !== undefined && !isGuessable(token)) as string[];
}

/**
 * The id under which an ad platform recognises an event that its pixel and the collector both send: `order:<name>` for
 * every stage of an order up to its payment, `checkout:<token>` for a checkout, else the messageId.
 */
export function eventIdOf(event: string, properties: Properties, messageId: string): string {
  const isPlaced = event === 'Order Placed' || isPayment(event, properties);
  return pageEventId(isPlaced ? 'Order Completed' : event, properties, messageId);
}

/** The same for the events that pages report. */
export function pageEventId(event: string, properties: Properties, messageId: string): string {
  if (event === 'Checkout Started') return checkoutNames(properties).at(-1) ?? messageId;
  const [name] = event === 'Order Completed' ? orderNames(properties) : [];
  return name === undefined ? messageId : `order:${name}`;
}

/** True for the update that reports an order's payment. */
export const isPayment = (event: string, { financial_status }: Properties): boolean =>
  event === 'Order Updated' && `${financial_status}`.trim().toLowerCase() === 'paid';

function parameter(url: unknown, name: string): string | null | undefined {
  if (typeof url !== 'string' || !url.includes(`${name}=`)) return undefined;
  try {
    return new URL(url, 'https://shop.invalid').searchParams.get(name);
  } catch {
    return undefined;
  }
}

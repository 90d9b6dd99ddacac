import { type ContentIdName, contentIdOf, quantityOf, wholeQuantity } from '../../../shared/content-ids.ts';
import { checkoutTokens, eventIdOf, readId } from '../../../shared/order-ids.ts';
import type { JsonObject, ProtectedEvent } from '../../../shared/protected-event.ts';
import { type Skip, skip } from '../destination.ts';
import {
  compact,
  readCurrency,
  readNumber,
  readProducts,
  readText,
  readValue,
  toEpochMs,
} from '../values.ts';
import { namesOf } from './names.ts';
import { type Content, Currency, type Payload, type Properties } from './payload.ts';
import type { Settings } from './settings.ts';
import { user } from './user.ts';

/** One payload for each TikTok name of the event, all with the same `event_id`. */
export function map(event: ProtectedEvent, settings: Settings): Payload[] | Skip {
  const names = namesOf(event, settings.events);
  if (names.length === 0) return skip('unmapped');
  const ms = toEpochMs(event.timestamp);
  if (ms === undefined) return skip('too-old');
  const { limited_data_use } = event.context.tiktok ?? {};
  return names.map((name) => ({
    event: name,
    event_time: Math.floor(ms / 1000),
    event_id: event.eventId ?? ownEventId(event),
    ...compact({ user: user(event), page: page(event), limited_data_use }),
    ...compact({ properties: properties(event, name, settings) }),
  }));
}

/** Under what can be guessed a page may send a checkout first, and TikTok would take the genuine one for a repeat. */
function ownEventId({ source, event = '', properties, messageId }: ProtectedEvent): string {
  const isGuessed = event === 'Checkout Started' && checkoutTokens(properties).length === 0;
  return isGuessed && source !== 'browser' ? messageId : eventIdOf(event, properties, messageId);
}

function page({ context }: ProtectedEvent): Payload['page'] {
  const url = httpUrl(context.page?.url);
  const referrer = httpUrl(context.page?.referrer);
  return url ? { url, ...compact({ referrer }) } : undefined;
}

const httpUrl = (text: string | undefined) =>
  text && /^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined;

function properties(event: ProtectedEvent, name: string, settings: Settings): Properties | undefined {
  const lines = linesOf(event);
  const contents = lines.flatMap((line) => content(line, contentIdName(event, settings)) ?? []);
  const { data: currency } = Currency.safeParse(readCurrency(event.properties));
  // An amount without a currency would count in the currency of the ad account.
  const value = currency === undefined ? undefined : notNegative(readValue(event));
  const search = readText(event.properties.query) ?? readText(event.properties.search_string);
  return compact({
    contents: contents.length > 0 ? contents : undefined,
    content_type: typeOf(contents),
    value,
    currency,
    num_items: name === 'InitiateCheckout' ? countItems(lines) : undefined,
    order_id: readId(event.properties.order_id),
    // TikTok's pages disagree on the key, by language; both are accepted.
    query: search,
    search_string: search,
  });
}

/** The lines of the event that contain something. */
const linesOf = ({ properties }: ProtectedEvent) =>
  readProducts(properties).filter((line) => quantityOf(line) > 0);

/** A list shows products, not their variants. */
const contentIdName = ({ event }: ProtectedEvent, { contentId }: Settings): ContentIdName =>
  event === 'Product List Viewed' ? 'product_id' : contentId;

/** How many lines are sent under another id than the shop's catalogue uses. */
export function contentIdFallbacks(event: ProtectedEvent, settings: Settings): number {
  const chosen = contentIdName(event, settings);
  const ids = linesOf(event).map((line) => contentIdOf(line, chosen)?.name ?? chosen);
  return ids.filter((name) => name !== chosen).length;
}

function content(line: JsonObject, chosen: ContentIdName): Content | undefined {
  const found = contentIdOf(line, chosen);
  if (found === undefined) return undefined;
  return {
    content_id: found.id,
    content_type: found.type,
    ...compact({
      content_name: readText(line.name),
      content_category: readText(line.category),
      brand: readText(line.brand),
      price: notNegative(readNumber(line.price)),
      quantity: wholeQuantity(quantityOf(line)),
    }),
  };
}

/** One type for the whole event: groups only where every line is one. */
const typeOf = (contents: readonly Content[]): Content['content_type'] | undefined =>
  contents.find(({ content_type }) => content_type === 'product')?.content_type ?? contents[0]?.content_type;

const notNegative = (amount: number | undefined) =>
  amount !== undefined && amount >= 0 ? amount : undefined;

const countItems = (lines: readonly JsonObject[]): number | undefined =>
  wholeQuantity(lines.reduce((sum, line) => sum + quantityOf(line), 0));

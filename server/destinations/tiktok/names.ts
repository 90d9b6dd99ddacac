import { isPayment, readId } from '../../../shared/order-ids.ts';
import { isPaid } from '../../../shared/payment.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import type { SaleStage } from '../destination.ts';
import type { Settings } from './settings.ts';

/** Our event → TikTok's, where it is always the same name. Orders depend on their payment, see `namesOf`. */
const NAMES: Readonly<Record<string, string>> = {
  'Product Viewed': 'ViewContent',
  'Products Searched': 'Search',
  'Product Added': 'AddToCart',
  'Product Added to Wishlist': 'AddToWishlist',
  'Checkout Started': 'InitiateCheckout',
  'Payment Info Entered': 'AddPaymentInfo',
  'Signed Up': 'CompleteRegistration',
  'Form Submitted': 'Lead',
  generate_lead: 'Lead',
  'Subscription Created': 'Subscribe',
  'Trial Started': 'StartTrial',
  'Callback Started': 'Contact',
  'Download Link Clicked': 'Download',
};

/**
 * TikTok's names for an event; none when it is not sent. Names configured by the shop are used as they are, without the
 * payment rules.
 *
 * @param configured `TIKTOK_EVENTS`: event name, or `Page`, → names.
 */
export function namesOf(
  event: ProtectedEvent,
  configured: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const key = event.type === 'page' ? 'Page' : event.type === 'track' ? event.event : undefined;
  if (key === undefined) return [];
  if (Object.hasOwn(configured, key)) return configured[key] ?? [];
  if (event.type !== 'track') return [];
  const { financial_status: status, cancelled_at } = event.properties;
  if (ORDERS.has(key) && readId(cancelled_at) !== undefined)
    // An order that the collector knows was placed first, and cancelled before it was sent. It is no purchase.
    return key === 'Order Completed' && event.orderKey !== undefined ? ['PlaceAnOrder'] : [];
  if (key === 'Order Completed')
    return isPaid(status, event.source) ? ['PlaceAnOrder', 'Purchase'] : ['PlaceAnOrder'];
  // A paid order follows as `Order Completed`, which contains its placement.
  if (key === 'Order Placed') return hasStatus(status, 'paid') ? [] : ['PlaceAnOrder'];
  if (key === 'Order Updated') return isPayment(key, event.properties) ? ['Purchase'] : [];
  const name = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined;
  return name ? [name] : [];
}

const ORDERS: ReadonlySet<string> = new Set(['Order Placed', 'Order Completed', 'Order Updated']);

const hasStatus = (status: unknown, wanted: string) => `${status}`.trim().toLowerCase() === wanted;

/** TikTok converts its legacy name to `Purchase`, so both count as one. */
export const isPurchase = (name: string): boolean => name === 'Purchase' || name === 'CompletePayment';

/** The purchase is sent with the payment; with the placement as well where the shop maps it so. */
export function saleStages({ events }: Pick<Settings, 'events'>): readonly SaleStage[] {
  const isSale = (name: string) => events[name]?.some(isPurchase) ?? false;
  if (!isSale('Order Completed')) return ['paid'];
  return Object.hasOwn(events, 'Order Updated') && !isSale('Order Updated') ? ['placed'] : ['placed', 'paid'];
}

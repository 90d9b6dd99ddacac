import { checkoutNames } from '../../shared/order-names.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';

type Reported = Pick<ProtectedEvent, 'event' | 'orderKey' | 'properties'>;

/** The stage an order report is about, as the suffix of its key; undefined for every other event. */
export function stageOf({
  event,
  orderKey,
}: Omit<Reported, 'properties'>): '' | ':paid' | ':cancelled' | undefined {
  if (event === 'Order Completed') return '';
  if (event === 'Order Cancelled') return ':cancelled';
  if (event === 'Order Updated' && orderKey?.startsWith('order:') && orderKey.endsWith(':paid'))
    return ':paid';
  return undefined;
}

/** The order name inside the key of an order report. */
export function nameInKey(event: Omit<Reported, 'properties'>): string | undefined {
  const stage = stageOf(event);
  const { orderKey } = event;
  if (stage === undefined || !orderKey?.startsWith('order:') || !orderKey.endsWith(stage)) return undefined;
  return orderKey.slice('order:'.length, orderKey.length - stage.length);
}

/** The key of a checkout: its token, which page and webhook have in common. */
export function checkoutKey({ event, orderKey, properties }: Reported): string | undefined {
  if (event !== 'Checkout Started') return undefined;
  return orderKey ?? checkoutNames(properties).at(-1);
}

/**
 * The name under which the delivered form of an event is frozen. For a payment or checkout it is its key after a blank,
 * which no order name can equal, because names are trimmed.
 */
export function nameOfFrozen(event: Reported): string | undefined {
  if (event.event === 'Order Completed') return nameInKey(event);
  return event.orderKey === undefined ? undefined : ` ${event.orderKey}`;
}

import { checkoutNames } from '../../shared/order-names.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';

type Reported = Pick<ProtectedEvent, 'event' | 'orderKey' | 'properties'>;

/** What a report says has become of its order, as its key ends; undefined for every other event. */
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

/** The name that the key of an order's report was made of. */
export function nameInKey(event: Omit<Reported, 'properties'>): string | undefined {
  const stage = stageOf(event);
  const { orderKey } = event;
  if (stage === undefined || !orderKey?.startsWith('order:') || !orderKey.endsWith(stage)) return undefined;
  return orderKey.slice('order:'.length, orderKey.length - stage.length);
}

/** The page and the webhook call a checkout by the same token. */
export function checkoutKey({ event, orderKey, properties }: Reported): string | undefined {
  if (event !== 'Checkout Started') return undefined;
  return orderKey ?? checkoutNames(properties).at(-1);
}

/**
 * Under which name state fixes what is delivered. What is no order itself (a payment, a checkout) takes its key with a
 * blank in front: no order can be called so, whatever a page sends, because names are trimmed.
 */
export function nameOfFixed(event: Reported): string | undefined {
  if (event.event === 'Order Completed') return nameInKey(event);
  return event.orderKey === undefined ? undefined : ` ${event.orderKey}`;
}

import { customerio } from './customerio/index.ts';
import type { Destination } from './destination.ts';
import { shopline } from './shopline/index.ts';
import { tiktok } from './tiktok/index.ts';

/** Every destination there is, in the order they are shown. */
export const DESTINATIONS: readonly Destination[] = [erase(tiktok), erase(customerio), erase(shopline)];

/** The registry forgets each destination's own types; its schemas check what passes at run time. */
function erase<Payload, Settings>(destination: Destination<Payload, Settings>): Destination {
  return destination as unknown as Destination;
}

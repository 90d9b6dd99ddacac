import { customerio } from './customerio/index.ts';
import type { Destination } from './destination.ts';
import { shopline } from './shopline/index.ts';
import { tiktok } from './tiktok/index.ts';

/** Every destination, in the order in which they are shown. */
export const DESTINATIONS: readonly Destination[] = [erase(tiktok), erase(customerio), erase(shopline)];

/** Removes a destination's own types; its schemas check settings and payloads at run time. */
function erase<Payload, Settings>(destination: Destination<Payload, Settings>): Destination {
  return destination as unknown as Destination;
}

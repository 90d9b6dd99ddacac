import { createHmac } from 'node:crypto';
import { memoize } from '../lib/cache.ts';
import { networkOf } from '../lib/network.ts';

const MAX_KNOWN = 10_000;

/**
 * Turns a peer address into a digest that can be compared and not read: with a key of this installation, of IPv6 the /64
 * network, since a visitor changes the rest at will.
 */
export function createWitness(key: string): (address: string | undefined) => string | undefined {
  const digestOf = memoize(MAX_KNOWN, (address) => {
    const network = networkOf(address);
    return network && createHmac('sha256', key).update(network, 'base64').digest('base64url').slice(0, 22);
  });
  return (address) => (address === undefined ? undefined : digestOf(address));
}

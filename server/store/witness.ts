import { createHmac } from 'node:crypto';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Turns a peer address into a digest that can be compared and not read: with a key of this installation, of IPv6 the /64
 * network, since a visitor changes the rest at will.
 */
export function createWitness(key: string): (address: string | undefined) => string | undefined {
  return (address) => {
    if (address === undefined || isIP(address) === 0) return undefined;
    const parsed = ipaddr.process(address);
    const bytes = parsed.kind() === 'ipv6' ? parsed.toByteArray().slice(0, 8) : parsed.toByteArray();
    return createHmac('sha256', key).update(Buffer.from(bytes)).digest('base64url').slice(0, 22);
  };
}

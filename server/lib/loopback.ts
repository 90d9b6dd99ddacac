import ipaddr from 'ipaddr.js';

/**
 * True for a host that reaches this machine only: `localhost`, 127.0.0.0/8 and ::1, the latter also in brackets or as
 * an IPv4-mapped address. Other names are false without being resolved, `*.localhost` included.
 *
 * @param host a host name or address without port, as in `URL.hostname`.
 */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '');
  if (name === 'localhost') return true;
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(name) || ipaddr.IPv6.isValid(name);
  return isAddress && ipaddr.process(name).range() === 'loopback';
}

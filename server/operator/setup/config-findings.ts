import type { Finding } from '../../../shared/operator-api/index.ts';
import type { Config, Configured, Shop } from '../../config/config.ts';
import { isOriginShared } from '../../config/shared-origin.ts';
import { summarize } from '../../config/summary.ts';
import { isLoopback } from '../../lib/loopback.ts';
import { PLATFORMS } from '../../platforms/registry.ts';
import { finding } from './finding.ts';

/** What a configuration shows by itself. */
export function configFindings(config: Config, nowMs: number): Finding[] {
  const shops = config.shops.flatMap((shop) => shopFindings(shop, nowMs));
  return [...programFindings(config), ...shops];
}

function programFindings(config: Config): Finding[] {
  const { publicUrl, adminPort, adminHost, trustProxy } = config;
  const found: Finding[] = [];
  if (publicUrl === undefined) found.push(finding('public-url-missing', 'warning', {}));
  else if (!publicUrl.startsWith('https:') && !isLoopback(new URL(publicUrl).hostname))
    found.push(finding('public-url-http', 'warning', {}));
  // Something in front of the collector ends https.
  if (publicUrl?.startsWith('https:') && trustProxy === undefined)
    found.push(finding('trust-proxy-missing', 'error', {}));
  if (adminPort !== undefined && !isLoopback(adminHost))
    found.push(finding('admin-host-open', 'warning', { host: adminHost }));
  return found;
}

/** Why the operator’s routes are off; of use where they are not asked themselves. */
export function offFindings(config: Config): Finding[] {
  if (config.adminToken === undefined) return [finding('admin-token-missing', 'warning', {})];
  return isOriginShared(config) ? [finding('origin-shared', 'error', {})] : [];
}

function shopFindings(shop: Shop, nowMs: number): Finding[] {
  const { id, origins, destinations, shopline, ordersFrom } = shop;
  const about = { shop: id };
  const found: Finding[] = [];
  if (origins.size === 0) found.push(finding('origins-missing', 'warning', {}, about));
  const open = [...origins].filter(
    (origin) => origin.startsWith('http:') && !isLoopback(new URL(origin).hostname),
  );
  if (open.length > 0) found.push(finding('origins-http', 'warning', { origins: open.join(', ') }, about));
  if (ordersFrom === 'platform' && shopline?.accessToken === undefined)
    found.push(finding('orders-not-polled', 'warning', {}, about));
  for (const expiry of PLATFORMS.map(({ tokenExpiresAtMs }) => tokenExpiresAtMs?.(shop)))
    if (expiry !== undefined) found.push(expiryFinding(id, expiry, nowMs));
  return [...found, ...destinations.flatMap((configured) => destinationFindings(id, configured))];
}

/** Nothing renews this token. */
function expiryFinding(shop: string, expiresAtMs: number, nowMs: number): Finding {
  const values = { variable: 'SHOPLINE_ACCESS_TOKEN', expiryAt: new Date(expiresAtMs).toISOString() };
  return expiresAtMs <= nowMs
    ? finding('token-expired', 'error', values, { shop })
    : finding('token-expires', 'warning', values, { shop });
}

function destinationFindings(shop: string, { destination, settings }: Configured): Finding[] {
  const about = { shop, destination: destination.name };
  const found: Finding[] = [];
  if (destination.asTest?.(settings) !== undefined)
    found.push(finding('test-events-only', 'warning', {}, about));
  const { origin, hostname } = new URL(destination.request([], { settings, nowMs: 0 }).url);
  if (isLoopback(hostname)) found.push(finding('stand-in', 'warning', { origin }, about));
  return found;
}

/** The shops as the set-up page shows them: the tag, and what is off. */
export const shopSummaries = (config: Config, port: number) => summarize(config, port).shops;

import type { Finding } from '../../../shared/operator-api/index.ts';
import type { Config, Configured, Shop } from '../../config/config.ts';
import { isOriginShared } from '../../config/shared-origin.ts';
import { summarize } from '../../config/summary.ts';
import { titleOf } from '../../destinations/destination.ts';
import { isLoopback } from '../../lib/loopback.ts';
import { PLATFORMS } from '../../platforms/registry.ts';

const HOUR_MS = 3_600_000;

/** What a configuration shows by itself, in words. */
export function configFindings(config: Config, nowMs: number): Finding[] {
  const shops = config.shops.flatMap((shop) => shopFindings(shop, nowMs));
  return [...programFindings(config), ...shops];
}

function programFindings(config: Config): Finding[] {
  const { publicUrl, adminPort, adminHost, trustProxy } = config;
  const found: Finding[] = [];
  if (publicUrl === undefined)
    found.push({
      id: 'public-url-missing',
      severity: 'warning',
      words: 'PUBLIC_URL is not set, so the tag to copy names this machine.',
      todo: 'Set PUBLIC_URL to the collector’s address as browsers see it.',
    });
  else if (!publicUrl.startsWith('https:') && !isLoopback(new URL(publicUrl).hostname))
    found.push({
      id: 'public-url-http',
      severity: 'warning',
      words: 'PUBLIC_URL is http: pages on https cannot load the tag from it.',
      todo: 'Put a proxy with https in front, and set PUBLIC_URL to its address and TRUST_PROXY to 1.',
    });
  if (publicUrl?.startsWith('https:') && trustProxy === undefined)
    found.push({
      id: 'trust-proxy-missing',
      severity: 'error',
      words:
        'PUBLIC_URL is https, which a proxy in front of the collector ends, but TRUST_PROXY is not set: every visitor is stored and delivered with the address and country of the proxy, and all share its limits.',
      todo: 'Set TRUST_PROXY to the number of proxies, or to their networks.',
    });
  if (adminPort !== undefined && !isLoopback(adminHost))
    found.push({
      id: 'admin-host-open',
      severity: 'warning',
      words: `The operator’s port listens on ${adminHost}, beyond this machine. A login there works over https alone.`,
      todo: 'Put a proxy with https in front of it, or unset ADMIN_HOST and use an ssh tunnel.',
    });
  return found;
}

/** Why the operator’s routes are off; of use where they are not asked themselves. */
export function offFindings(config: Config): Finding[] {
  const { adminToken } = config;
  if (adminToken === undefined)
    return [
      {
        id: 'admin-token-missing',
        severity: 'warning',
        words: 'ADMIN_TOKEN is not set: the console, the operator’s routes and the metrics are off.',
        todo: 'Set ADMIN_TOKEN to at least 16 random characters.',
      },
    ];
  if (isOriginShared(config))
    return [
      {
        id: 'origin-shared',
        severity: 'error',
        words:
          'The origin of PUBLIC_URL is in ALLOWED_ORIGINS: the operator’s routes are off, because every script of the shop’s pages could use them.',
        todo: 'Set ADMIN_PORT.',
      },
    ];
  return [];
}

function shopFindings(shop: Shop, nowMs: number): Finding[] {
  const { id, origins, destinations, shopline, ordersFrom } = shop;
  const found: Finding[] = [];
  if (origins.size === 0)
    found.push({
      id: 'origins-missing',
      ...{ severity: 'warning', shop: id },
      words: 'ALLOWED_ORIGINS is not set: no page can send events.',
      todo: 'Set it to the origins of the shop’s pages, such as https://shop.example.',
    });
  const open = [...origins].filter(
    (origin) => origin.startsWith('http:') && !isLoopback(new URL(origin).hostname),
  );
  if (open.length > 0)
    found.push({
      id: 'origins-http',
      ...{ severity: 'warning', shop: id },
      words: `ALLOWED_ORIGINS has pages without https: ${open.join(', ')}. Anybody on the way can change them.`,
      todo: 'Leave them out once the shop redirects to https.',
    });
  if (ordersFrom === 'platform' && shopline?.accessToken === undefined)
    found.push({
      id: 'orders-not-polled',
      ...{ severity: 'warning', shop: id },
      words: 'Orders come from webhooks alone: one that is lost is not fetched later.',
      todo: 'Set SHOPLINE_ACCESS_TOKEN.',
    });
  for (const expiry of PLATFORMS.map(({ tokenExpiresAtMs }) => tokenExpiresAtMs?.(shop)))
    if (expiry !== undefined) found.push(expiryFinding(id, expiry, nowMs));
  return [...found, ...destinations.flatMap((configured) => destinationFindings(id, configured))];
}

function expiryFinding(shop: string, expiresAtMs: number, nowMs: number): Finding {
  const isOver = expiresAtMs <= nowMs;
  const hours = Math.round(Math.abs(expiresAtMs - nowMs) / HOUR_MS);
  return {
    id: 'token-expires',
    ...{ severity: isOver ? 'error' : 'warning', shop },
    words: `SHOPLINE_ACCESS_TOKEN ${isOver ? 'expired' : 'expires'} at ${new Date(expiresAtMs).toISOString()} (${hours} h ${isOver ? 'ago' : 'from now'}), and nothing renews it.`,
    todo: 'Set SHOPLINE_APP_KEY and SHOPLINE_APP_SECRET, or use the token of a custom app.',
  };
}

function destinationFindings(shop: string, { destination, settings }: Configured): Finding[] {
  const about = { shop, destination: destination.name };
  const title = titleOf(destination);
  const found: Finding[] = [];
  if (destination.asTest?.(settings) !== undefined)
    found.push({
      id: 'test-events-only',
      ...{ severity: 'warning', ...about },
      words: `Everything goes to ${title} as test events, which do not count.`,
      todo: 'Unset its test event code once the events have been looked at.',
    });
  const { url } = destination.request([], { settings, nowMs: 0 });
  if (isLoopback(new URL(url).hostname))
    found.push({
      id: 'stand-in',
      ...{ severity: 'warning', ...about },
      words: `Events for ${title} go to ${new URL(url).origin}, on this machine.`,
      todo: 'Unset its endpoint variable to deliver to the real API.',
    });
  return found;
}

/** The shops as the set-up page shows them: the tag, and what is off. */
export const shopSummaries = (config: Config, port: number) => summarize(config, port).shops;

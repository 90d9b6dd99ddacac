import { inEnglish, notice } from '../../shared/advice/notice.ts';
import type { Notice } from '../../shared/operator-api/index.ts';
import { baseName } from '../destinations/destination.ts';
import { DESTINATIONS } from '../destinations/registry.ts';
import { placeOf } from '../lib/place-of.ts';
import type { Config, Shop } from './config.ts';
import { isOriginShared } from './shared-origin.ts';

/** What runs and what does not, without secrets: the facts of the log line `listening`. */
export interface Summary {
  /** Scheme, host and port, as configured. */
  address: string;
  port: number;
  adminPort?: number;
  /** Host and database with `DATABASE_URL`. */
  database?: string;
  /** Of the operator's page, as far as it can be reached. */
  console?: string;
  shops: ShopSummary[];
  off: string[];
}

interface ShopSummary {
  id: string;
  destinations: string[];
  /** Features that are off, with the variables that switch them on. */
  off: string[];
  /** The script tag for the shop's pages. */
  tag: string;
}

const ANY_HOST = new Set(['0.0.0.0', '::', '[::]']);

/** @param port where the process listens, which `PORT=0` leaves to the system. */
export function summarize(config: Config, port: number): Summary {
  const { host, adminPort, adminToken, publicUrl, databaseUrl } = config;
  const reachable = ANY_HOST.has(host) ? 'localhost' : host;
  const isShared = isOriginShared(config);
  const hasConsole = adminToken !== undefined && !isShared;
  const base = publicUrl ?? `http://${withPort(reachable, port)}`;
  return {
    address: `http://${withPort(host, port)}`,
    port,
    ...(adminPort !== undefined && { adminPort }),
    ...(databaseUrl !== undefined && { database: placeOf(databaseUrl) }),
    ...(hasConsole && { console: consoleAddress(config, base) }),
    off: inWords([
      ...unset('operator-off', { ADMIN_TOKEN: adminToken }),
      ...(isShared && adminToken !== undefined ? [notice('operator-shares-origin', {})] : []),
    ]),
    shops: config.shops.map((shop) => ({
      id: shop.id,
      destinations: shop.destinations.map(({ destination }) => destination.name),
      off: inWords(offIn(shop)),
      tag: scriptTag(base, shop),
    })),
  };
}

/** With `ADMIN_PORT=0` the system chooses the port. */
const consoleAddress = ({ adminHost, adminPort }: Config, base: string) => {
  if (adminPort === undefined) return `${base}/console`;
  return `http://${withPort(ANY_HOST.has(adminHost) ? 'localhost' : adminHost, adminPort)}/console`;
};

const withPort = (host: string, port: number) =>
  host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;

const inWords = (notices: readonly Notice[]) => notices.map((one) => inEnglish(one).means);

/** Features of a shop that are off, with the variables that switch them on. */
export function offIn({ origins, destinations, shopline, customerioSigningKey }: Shop): Notice[] {
  const active = new Set(destinations.map(({ destination }) => baseName(destination)));
  return [
    ...unset('browser-events-off', {
      ALLOWED_ORIGINS: origins.size > 0 ? origins : undefined,
    }),
    ...DESTINATIONS.filter(({ name }) => !active.has(name)).map(({ integration: title, switches }) =>
      notice('delivery-off', { title, variables: switches.join(', ') }),
    ),
    ...unset('order-webhooks-off', {
      SHOPLINE_APP_SECRET: shopline?.appSecret,
    }),
    ...unset('statistics-reports-off', {
      SHOPLINE_HANDLE: shopline?.handle,
      SHOPLINE_ACCESS_TOKEN: shopline?.accessToken,
    }),
    ...unset('reporting-webhooks-off', {
      CUSTOMERIO_WEBHOOK_SIGNING_KEY: customerioSigningKey,
    }),
  ];
}

type Unset =
  | 'operator-off'
  | 'browser-events-off'
  | 'order-webhooks-off'
  | 'statistics-reports-off'
  | 'reporting-webhooks-off';

/** One notice when a variable that the feature needs is not set; none otherwise. */
function unset(code: Unset, needed: Readonly<Record<string, unknown>>): Notice[] {
  const names = Object.keys(needed).filter((name) => needed[name] === undefined);
  return names.length === 0 ? [] : [notice(code, { variables: names.join(', ') })];
}

/**
 * The tag assumes what the shop assumes: consent while a visitor has not chosen, or the choice in its consent banner, and the
 * parameters that it keeps. In single quotes, which the JSON of a log line leaves as they are.
 */
function scriptTag(base: string, { writeKey, consentDefault, keptParameterNames = [] }: Shop): string {
  const attributes = {
    src: `${base}/s.js`,
    'data-key': writeKey,
    ...(consentDefault ? { 'data-consent': 'granted' } : { 'data-consent-tool': 'auto' }),
    ...(keptParameterNames.length > 0 && { 'data-keep-parameters': keptParameterNames.join(' ') }),
  };
  const text = Object.entries(attributes).map(([name, value]) => `${name}='${escapeAttribute(value)}'`);
  return `<script async ${text.join(' ')}></script>`;
}

const escapeAttribute = (value: string) =>
  value.replaceAll('&', '&amp;').replaceAll("'", '&#39;').replaceAll('<', '&lt;');

import type { z } from 'zod';
import type { Purpose } from '../../shared/consent.ts';
import { type Destination, needsRawPii } from '../destinations/destination.ts';
import { DESTINATIONS } from '../destinations/registry.ts';
import { isLoopback } from '../lib/loopback.ts';
import { OperatorError } from '../lib/operator-error.ts';
import { readConfigFile } from './file.ts';
import { ProgramVariables, ShopVariables } from './schemas.ts';
import type { Flow, MarketingRule } from './statistics.ts';
import { asVariables, blank, describe, secretsIn, set, type Variables } from './variables.ts';

export type { Flow, MarketingRule } from './statistics.ts';
export type { Variables } from './variables.ts';

/** Everything the program was told, complete and frozen. Read once, at the door. */
export interface Config {
  port: number;
  host: string;
  adminPort: number | undefined;
  dataDir: string;
  publicUrl: string | undefined;
  /** A hop count, or the networks whose `X-Forwarded-For` is believed; undefined: none. */
  trustProxy: number | string[] | undefined;
  adminToken: string | undefined;
  logLevel: string;
  retentionMs: number;
  rateLimitPerMinute: number;
  /** Between two reports of statistics to SHOPLINE. */
  statisticsSyncMs: number;
  /** Lower case: where a CDN says which country a visitor is in. */
  countryHeader: string;
  /** A MaxMind country database, for visitors whose request names none. */
  maxmindFile: string | undefined;
  /** The first seals, all open. */
  piiKeys: readonly Buffer[];
  shops: readonly Shop[];
  /** Every secret among all of this, so that the log can strike them out wherever they appear. */
  secrets: readonly string[];
}

export interface Shop {
  id: string;
  writeKey: string;
  origins: ReadonlySet<string>;
  /** ISO 3166-1 alpha-2: the country a local phone number belongs to. */
  country: string;
  consentDefault: boolean;
  /** Foreign consent category → purpose. */
  consentCategories: Readonly<Record<string, Purpose>>;
  bots: 'flag' | 'drop';
  /** ISO 4217: what statistics are counted in. */
  currency: string;
  destinations: readonly Configured[];
  /** How long an order waits for its other report, when the order webhook is on; 0: not at all. */
  orderMergeMs: number;
  /** SHOPLINE's Admin API; undefined without a handle. */
  shopline: ShoplineAdmin | undefined;
  /** Signs Customer.io's reporting webhooks; undefined: they are off. */
  customerioSigningKey: string | undefined;
  statistics: StatisticsSettings;
}

/** What is known of the shop's SHOPLINE store, besides its CDP. */
export interface ShoplineAdmin {
  handle: string;
  /** Scheme, host and port. */
  endpoint: string;
  apiVersion: string;
  /** Without one nothing is reported. */
  accessToken: string | undefined;
  appKey: string | undefined;
  /** Signs order webhooks and token refreshes; undefined: order webhooks are off. */
  appSecret: string | undefined;
  storeId: string | undefined;
  sourceType: string | undefined;
}

/** What statistics are made of and how long a touch counts. */
export interface StatisticsSettings {
  attributionMs: number;
  rules: readonly MarketingRule[];
  flows: readonly Flow[];
}

export interface Configured {
  destination: Destination;
  settings: unknown;
}

/** Every problem of a configuration at once, in an operator's words. Never holds a secret. */
export class ConfigError extends OperatorError {
  override name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((line) => `- ${line}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/**
 * Environment (and the file `CONFIG_FILE` names) → Config.
 *
 * The file holds the same variables as JSON: those of the program at the top, those of each shop under
 * `shops.<id>`. `${VAR}` inside a text is replaced from the environment. A variable of the program set in the
 * environment wins over the file; a variable of a shop is looked for under the shop, at the top of the file, then in
 * the environment.
 *
 * @param readFile how to read the file; called only when `CONFIG_FILE` is set.
 * @throws {ConfigError} naming everything that is wrong or missing together.
 */
export function readConfig(variables: Variables, readFile: (path: string) => string): Config {
  const problems: string[] = [];
  const env = asVariables(variables);
  const file = readConfigFile(env, readFile, problems);
  const { shops: shopVariables, ...top } = file;
  const programs = { ...top, ...set(env) };
  const global = check(ProgramVariables, programs, '', problems);
  const sources = shopVariables
    ? Object.entries(shopVariables).map(([id, own]) => ({ id, variables: { ...set(env), ...top, ...own } }))
    : [{ id: 'shop', variables: programs }];
  const read = sources.map(({ id, variables }) =>
    readShop(id, variables, shopVariables ? `shop ${id}: ` : '', problems),
  );
  const shops = read.map(({ shop }) => shop).filter((shop) => shop !== undefined);
  const wantsRaw = read.flatMap(({ destinations }) => destinations).some(needsRawPii);
  if (wantsRaw && blank(programs.PII_KEY) === undefined)
    problems.push('PII_KEY is missing: a destination is set to raw, which needs 32 random bytes in base64');
  for (const [key, count] of tally(shops.map(({ writeKey }) => writeKey)))
    if (count > 1) problems.push(`WRITE_KEY ${key} is used by ${count} shops; each needs its own`);
  if (problems.length > 0 || !global) throw new ConfigError([...new Set(problems)]);
  return freeze({
    port: global.PORT,
    host: global.HOST,
    adminPort: global.ADMIN_PORT,
    dataDir: global.DATA_DIR,
    publicUrl: global.PUBLIC_URL,
    trustProxy: global.TRUST_PROXY,
    adminToken: global.ADMIN_TOKEN,
    logLevel: global.LOG_LEVEL,
    retentionMs: global.RETENTION_DAYS * DAY_MS,
    rateLimitPerMinute: global.RATE_LIMIT_PER_MINUTE,
    statisticsSyncMs: global.STATISTICS_SYNC_MINUTES * MINUTE_MS,
    countryHeader: global.COUNTRY_HEADER,
    maxmindFile: global.MAXMIND_FILE,
    piiKeys: global.PII_KEY,
    shops,
    secrets: [...new Set([env, top, ...Object.values(shopVariables ?? {})].flatMap(secretsIn))],
  });
}

/** The shop is absent when something is wrong with it; its destinations are those with which nothing is. */
function readShop(
  id: string,
  variables: Variables,
  prefix: string,
  problems: string[],
): { shop: Shop | undefined; destinations: Configured[] } {
  const own = check(ShopVariables, variables, prefix, problems);
  const destinations = DESTINATIONS.map((destination) =>
    readDestination(destination, variables, prefix, problems),
  ).filter((found) => found !== undefined);
  if (!DESTINATIONS.some((destination) => isWanted(destination, variables))) {
    const ways = DESTINATIONS.map(
      (destination) => `${destination.integration}: ${requiredVariables(destination).join(', ')}`,
    );
    problems.push(
      `${prefix}no destination is configured; set the variables of at least one (${ways.join('; ')})`,
    );
  }
  const shop = own && {
    id,
    writeKey: own.WRITE_KEY,
    origins: new Set(own.ALLOWED_ORIGINS),
    country: own.STORE_COUNTRY,
    consentDefault: own.CONSENT_DEFAULT === 'granted',
    consentCategories: own.CONSENT_CATEGORIES,
    bots: own.BOTS,
    currency: own.STORE_CURRENCY,
    destinations,
    orderMergeMs: own.ORDER_MERGE_SECONDS * 1000,
    shopline: shoplineAdmin(own),
    customerioSigningKey: own.CUSTOMERIO_WEBHOOK_SIGNING_KEY,
    statistics: {
      attributionMs: own.ATTRIBUTION_DAYS * DAY_MS,
      rules: own.MARKETING_RULES,
      flows: own.FLOWS,
    },
  };
  if (own) problems.push(...missingBeside(own).map((missing) => prefix + missing));
  const wants = endpointProblem(own?.SHOPLINE_ENDPOINT);
  if (wants) problems.push(prefix + describe('SHOPLINE_ENDPOINT', variables.SHOPLINE_ENDPOINT, wants));
  return { shop, destinations };
}

function shoplineAdmin(own: ShopVariables): ShoplineAdmin | undefined {
  const handle = own.SHOPLINE_HANDLE;
  return handle === undefined
    ? undefined
    : {
        handle,
        endpoint: own.SHOPLINE_ENDPOINT ?? `https://${handle}.myshopline.com`,
        apiVersion: own.SHOPLINE_API_VERSION,
        accessToken: own.SHOPLINE_ACCESS_TOKEN,
        appKey: own.SHOPLINE_APP_KEY,
        appSecret: own.SHOPLINE_APP_SECRET,
        storeId: own.SHOPLINE_STORE_ID,
        sourceType: own.SHOPLINE_SOURCE_TYPE,
      };
}

/** Variables that make no sense without others, and which are missing. */
const NEEDS = {
  SHOPLINE_APP_SECRET: ['SHOPLINE_HANDLE'],
  MARKETING_RULES: ['SHOPLINE_HANDLE', 'SHOPLINE_ACCESS_TOKEN'],
  FLOWS: [
    'SHOPLINE_HANDLE',
    'SHOPLINE_ACCESS_TOKEN',
    'SHOPLINE_APP_KEY',
    'SHOPLINE_STORE_ID',
    'SHOPLINE_SOURCE_TYPE',
  ],
} as const;

function missingBeside(own: ShopVariables): string[] {
  const isSet = (value: unknown) => (Array.isArray(value) ? value.length > 0 : value !== undefined);
  return Object.entries(NEEDS).flatMap(([variable, needed]) =>
    isSet(own[variable as keyof ShopVariables])
      ? needed
          .filter((name) => own[name] === undefined)
          .map((name) => `${name} is missing: ${variable} needs it`)
      : [],
  );
}

/** What a destination cannot do without: its settings say so. */
function requiredVariables({ settings, variables }: Destination): string[] {
  const issues = settings.safeParse({}).error?.issues ?? [];
  return issues.map(({ path }) => variableOf(path, variables));
}

/** Which variable an issue of a destination's settings is about. */
function variableOf([setting]: readonly PropertyKey[], variables: Readonly<Record<string, string>>): string {
  return variables[String(setting)] ?? String(setting);
}

const isWanted = (destination: Destination, variables: Variables) =>
  destination.switches.some((name) => blank(variables[name]) !== undefined);

function readDestination(
  destination: Destination,
  variables: Variables,
  prefix: string,
  problems: string[],
): Configured | undefined {
  if (!isWanted(destination, variables)) return undefined;
  const names: Readonly<Record<string, string>> = destination.variables;
  const raw = Object.fromEntries(
    Object.entries(names).map(([setting, variable]) => [setting, blank(variables[variable])]),
  );
  const wrong = new Map<string, string>();
  const parsed = destination.settings.safeParse(raw);
  for (const { path, message } of parsed.error?.issues ?? []) wrong.set(variableOf(path, names), message);
  for (const variable of Object.values(names)) {
    const wants = variable.endsWith('_ENDPOINT') && endpointProblem(blank(variables[variable]));
    if (wants) wrong.set(variable, wants);
  }
  for (const [variable, wants] of wrong)
    problems.push(prefix + describe(variable, variables[variable], wants));
  return parsed.success ? { destination, settings: parsed.data } : undefined;
}

/** `http:` is for loopback alone: everything else would carry personal data in clear. */
function endpointProblem(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'https:') return undefined;
  if (url?.protocol === 'http:' && isLoopback(url.hostname)) return undefined;
  return 'an https: address (http: only on loopback)';
}

function check<S extends z.ZodObject>(schema: S, variables: Variables, prefix: string, problems: string[]) {
  const known = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, variables[name]]));
  const parsed = schema.safeParse(known);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const variable = String(issue.path[0]);
    problems.push(prefix + describe(variable, variables[variable], issue.message));
  }
  return undefined;
}

function tally<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Settings are plain data, so freezing them deeply is safe; buffers and sets cannot be frozen and stay as they are. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value))
    return value;
  if ('safeParse' in value || 'classify' in value) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}

/** The one place that looks at the process's environment. */
export const environment = (): Variables => process.env;

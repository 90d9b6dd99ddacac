import { endpointOf } from '../destinations/shopline/store.ts';
import type { Configured, Shop, ShoplineAdmin } from './config.ts';
import { endpointProblem, noDestinationProblem, readDestinations, readFurther } from './destinations.ts';
import { readInstances } from './instances.ts';
import { addProblem, parseVariables, type VariableProblems } from './problems.ts';
import { ShopVariables } from './schemas.ts';
import type { Variables } from './variables.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Reads one shop.
 *
 * @param problems receives what is wrong, each line beginning with `prefix`.
 * @returns no shop when something is wrong with it; the destinations that could be read all the same.
 */
export function readShop(
  id: string,
  variables: Variables,
  prefix: string,
  problems: string[],
): { shop: Shop | undefined; destinations: Configured[] } {
  const found: VariableProblems = new Map();
  const endpoint = endpointProblem('SHOPLINE_ENDPOINT', variables.SHOPLINE_ENDPOINT);
  if (endpoint !== undefined) addProblem(found, 'SHOPLINE_ENDPOINT', endpoint);
  const own = parseVariables(ShopVariables, variables, found);
  const ofInstances: string[] = [];
  const instances = readInstances(variables, ofInstances);
  const further = readFurther(instances, ofInstances);
  const destinations = [...readDestinations(variables, found), ...further];
  if (own) for (const [variable, words] of missingCounterparts(own)) addProblem(found, variable, words);
  const voice = own && missingVoice(own);
  if (voice) addProblem(found, 'ORDERS_FROM', voice);
  const others = instances.length > 0 || ofInstances.length > 0 ? undefined : noDestinationProblem(variables);
  const lines = [...found.values(), ...ofInstances, ...(others === undefined ? [] : [others])];
  problems.push(...lines.map((line) => prefix + line));
  return { shop: own && createShop(id, own, destinations), destinations };
}

const createShop = (id: string, own: ShopVariables, destinations: Configured[]): Shop => ({
  id,
  writeKey: own.WRITE_KEY,
  serverKeys: own.SERVER_KEY,
  origins: new Set(own.ALLOWED_ORIGINS),
  country: own.STORE_COUNTRY,
  consentDefault: own.CONSENT_DEFAULT === 'granted',
  consentCategories: own.CONSENT_CATEGORIES,
  keptParameters: new Set(own.KEEP_PARAMETERS.map((name) => name.toLowerCase())),
  keptParameterNames: own.KEEP_PARAMETERS,
  bots: own.BOTS,
  currency: own.STORE_CURRENCY,
  destinations,
  ordersFrom: own.ORDERS_FROM ?? (own.SHOPLINE_APP_SECRET === undefined ? 'browser' : 'platform'),
  orderConfirmMs: own.ORDER_CONFIRM_HOURS * HOUR_MS,
  orderMergeMs: own.ORDER_MERGE_SECONDS * 1000,
  shopline: shoplineAdmin(own),
  customerioSigningKey: own.CUSTOMERIO_WEBHOOK_SIGNING_KEY,
  statistics: {
    attributionMs: own.ATTRIBUTION_DAYS * DAY_MS,
    rules: own.MARKETING_RULES,
    flows: own.FLOWS,
  },
});

function shoplineAdmin(own: ShopVariables): ShoplineAdmin | undefined {
  const handle = own.SHOPLINE_HANDLE;
  if (handle === undefined) return undefined;
  return {
    handle,
    endpoint: endpointOf(handle, own.SHOPLINE_ENDPOINT),
    apiVersion: own.SHOPLINE_API_VERSION,
    accessToken: own.SHOPLINE_ACCESS_TOKEN,
    appKey: own.SHOPLINE_APP_KEY,
    appSecret: own.SHOPLINE_APP_SECRET,
    storeId: own.SHOPLINE_STORE_ID,
    sourceType: own.SHOPLINE_SOURCE_TYPE,
  };
}

/** Variables that have no effect without others. */
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

/** Orders made by a voice that never speaks would wait for ever. */
function missingVoice(own: ShopVariables): string | undefined {
  if (own.ORDERS_FROM === 'platform' && own.SHOPLINE_APP_SECRET === undefined)
    return 'ORDERS_FROM is platform, but no shop system reports orders: set SHOPLINE_APP_SECRET';
  if (own.ORDERS_FROM === 'server' && own.SERVER_KEY.length === 0)
    return 'ORDERS_FROM is server, but no backend can report orders: set SERVER_KEY';
  return undefined;
}

function missingCounterparts(own: ShopVariables): [variable: string, words: string][] {
  const isSet = (value: unknown) => (Array.isArray(value) ? value.length > 0 : value !== undefined);
  return Object.entries(NEEDS)
    .filter(([variable]) => isSet(own[variable as keyof typeof NEEDS]))
    .flatMap(([variable, needed]) =>
      needed
        .filter((name) => own[name] === undefined)
        .map((name): [string, string] => [name, `${name} is missing: ${variable} needs it`]),
    );
}

import type { z } from 'zod';
import { needsRawPii } from '../destinations/destination.ts';
import { maskKey } from '../lib/mask-key.ts';
import type { AlertWebhook, Config, Shop } from './config.ts';
import { type ConfigFile, readConfigFile } from './file.ts';
import { freeze } from './freeze.ts';
import { variablesOfInstances } from './instances.ts';
import { misspeltVariables, PROGRAM_NAMES, SHOP_NAMES, UNSUPPORTED } from './names.ts';
import { ConfigError, parseVariables } from './problems.ts';
import { ProgramVariables } from './schemas.ts';
import { secretsIn } from './secrets.ts';
import { readShop } from './shop.ts';
import { asVariables, setOnly, type Variables } from './variables.ts';

type Program = z.infer<typeof ProgramVariables>;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * Reads the environment and the file that `CONFIG_FILE` names.
 *
 * The file holds the same variables as JSON: those of the program at the top, those of each shop under `shops.<id>`;
 * shop variables at the top are defaults for every shop in the file. `${NAME}` inside a text is replaced from the
 * environment. A variable of the program set in the environment replaces the file's. Shops in a file inherit nothing
 * from the environment.
 *
 * @param readFile reads the file; called only when `CONFIG_FILE` is set.
 * @throws {ConfigError} with every problem.
 */
export function readConfig(variables: Variables, readFile: (path: string) => string): Config {
  const problems: string[] = [];
  const env = asVariables(setOnly(variables));
  const file = readConfigFile(variables, readFile, problems);
  problems.push(...misspeltVariables(env, file?.references ?? new Set()));
  if (file) problems.push(...inheritanceProblem(env, file));
  const program = { ...file?.top, ...only(env, PROGRAM_NAMES) };
  const found = new Map<string, string>();
  const global = parseVariables(ProgramVariables, program, found);
  problems.push(...found.values());
  const { ADMIN_HOST, ADMIN_PORT } = setOnly(program);
  if (ADMIN_HOST !== undefined && ADMIN_PORT === undefined)
    problems.push('ADMIN_PORT is missing: ADMIN_HOST needs it');
  problems.push(
    ...UNSUPPORTED.filter((name) => name in setOnly(program)).map(
      (name) => `${name} is not supported in this version; unset it.`,
    ),
  );
  const fromFile = file ? [file.top, ...Object.values(file.shops)] : [];
  const read = file
    ? Object.entries(file.shops).map(([id, own]) =>
        readShop(id, { ...file.top, ...setOnly(own) }, `shop ${id}: `, problems),
      )
    : [readShop('shop', only(env, SHOP_NAMES), '', problems)];
  const shops = read.map(({ shop }) => shop).filter((shop) => shop !== undefined);
  const isRaw = read.flatMap(({ destinations }) => destinations).some(needsRawPii);
  if (isRaw && setOnly(program).PII_KEY === undefined)
    problems.push('PII_KEY is missing: a destination is set to raw, which needs 32 random bytes in base64');
  problems.push(...sharedKeys(shops));
  if (global) problems.push(...alertProblems(global));
  if (problems.length > 0 || !global) throw new ConfigError([...new Set(problems)]);
  return freeze({
    port: global.PORT,
    host: global.HOST,
    adminPort: global.ADMIN_PORT,
    adminHost: global.ADMIN_HOST,
    dataDir: global.DATA_DIR,
    databaseUrl: global.DATABASE_URL,
    publicUrl: global.PUBLIC_URL,
    trustProxy: global.TRUST_PROXY,
    adminToken: global.ADMIN_TOKEN,
    logLevel: global.LOG_LEVEL,
    retentionMs: global.RETENTION_DAYS * DAY_MS,
    historyMs: global.HISTORY_DAYS * DAY_MS,
    redactDelayMs: global.REDACT_DELAY_HOURS * HOUR_MS,
    maxConnections: global.MAX_CONNECTIONS,
    rateLimitPerMinute: global.RATE_LIMIT_PER_MINUTE,
    serverRatePerMinute: global.SERVER_RATE_PER_MINUTE,
    addressMbPerDay: global.ADDRESS_MB_PER_DAY,
    browserMbPerDay: global.BROWSER_MB_PER_DAY,
    statisticsSyncMs: global.STATISTICS_SYNC_MINUTES * MINUTE_MS,
    countryHeader: global.COUNTRY_HEADER,
    maxmindFile: global.MAXMIND_FILE,
    alertWebhook: alertWebhook(global),
    piiKeys: global.PII_KEY,
    shops,
    secrets: [...new Set([env, ...fromFile, ...fromFile.flatMap(variablesOfInstances)].flatMap(secretsIn))],
  });
}

const SLACK = 'hooks.slack.com';

function alertWebhook({
  ALERT_WEBHOOK_URL: url,
  ALERT_WEBHOOK_SECRET: key,
}: Program): AlertWebhook | undefined {
  if (url === undefined) return undefined;
  return { url, ...(key && new URL(url).hostname !== SLACK && { key }) };
}

/** Unsigned messages could come from anybody. */
function alertProblems({ ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: key }: Program): string[] {
  if (url === undefined) return key ? ['ALERT_WEBHOOK_URL is missing: ALERT_WEBHOOK_SECRET needs it'] : [];
  if (key || new URL(url).hostname === SLACK) return [];
  return ['ALERT_WEBHOOK_SECRET is missing: ALERT_WEBHOOK_URL needs it'];
}

const only = (variables: Variables, names: ReadonlySet<string>) =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => names.has(name)));

/** Shop variables beside `CONFIG_FILE` would have no effect; the file may refer to them by name. */
function inheritanceProblem(env: Variables, { references }: ConfigFile): string[] {
  const names = Object.keys(env).filter((name) => SHOP_NAMES.has(name) && !references.has(name));
  if (names.length === 0) return [];
  return [
    `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} set in the environment, but a shop in CONFIG_FILE ` +
      `inherits nothing from it; move ${names.length > 1 ? 'them' : 'it'} into the file, or refer to \${NAME} there`,
  ];
}

/** Every key identifies one shop, and a secret one is not public elsewhere. Secret keys are not shown. */
function sharedKeys(shops: readonly Shop[]): string[] {
  const writeKeys = shops.map(({ id, writeKey }) => ({ id, key: writeKey, name: 'WRITE_KEY' }));
  const serverKeys = shops.flatMap(({ id, serverKeys: keys }) =>
    [...new Set(keys)].map((key) => ({ id, key, name: 'SERVER_KEY' })),
  );
  const byKey = Map.groupBy([...writeKeys, ...serverKeys], ({ key }) => key);
  return [...byKey].flatMap(([key, same]) => {
    if (same.length < 2) return [];
    const ids = [...new Set(same.map(({ id }) => id))].join(', ');
    const names = new Set(same.map(({ name }) => name));
    if (names.size > 1)
      return [
        `SERVER_KEY ${maskKey(key)} is also a WRITE_KEY, which every page shows (${ids}); choose another`,
      ];
    return [`${[...names]} ${maskKey(key)} is used by ${same.length} shops (${ids}); each needs its own`];
  });
}

import { readFileSync } from 'node:fs';
import type { Config, Shop, ShoplineAdmin } from '../config/config.ts';
import { environment } from '../config/environment.ts';
import { ConfigError } from '../config/problems.ts';
import { readConfig } from '../config/read.ts';
import type { Variables } from '../config/variables.ts';
import { UsageError } from '../lib/arguments.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { createHttp, NoAnswer } from '../lib/http-client.ts';
import { createRateLimiter } from '../lib/rate-limiter.ts';
import { createSecretRedactor } from '../observe/log.ts';
import type { AdminApi } from '../platforms/shopline/admin/api.ts';
import { ADMIN_RATE, createAdminApi } from '../platforms/shopline/admin/client.ts';
import { type Arguments, readArguments, USAGE } from '../platforms/shopline/script-tags/arguments.ts';
import { ScriptTagError } from '../platforms/shopline/script-tags/script-tags.ts';
import { workOnScriptTags } from '../platforms/shopline/script-tags/work.ts';
import { createTokens, type TokensParts } from '../platforms/shopline/tokens/tokens.ts';
import { EVERY_JOB } from '../store/jobs.ts';
import type { Command } from './command.ts';

/** Variables this command requires besides those of the collector. */
const REQUIRED = {
  PUBLIC_URL: 'the public URL of the collector',
  SHOPLINE_HANDLE: 'the label before .myshopline.com',
  SHOPLINE_ACCESS_TOKEN: 'the token of an app with the scopes read_script_tags and write_script_tags',
};
type Required = keyof typeof REQUIRED;

const missing = (has: Readonly<Record<Required, boolean>>): string[] =>
  (Object.keys(REQUIRED) as Required[])
    .filter((name) => !has[name])
    .map((name) => `${name} is missing: ${REQUIRED[name]}`);

const isSet = (value: unknown) => String(value ?? '').trim() !== '';

/** @throws {ConfigError} naming all problems at once, those of this command and those of the collector. */
function readCommandConfig(variables: Variables, readFile: (path: string) => string): Config {
  try {
    return readConfig(variables, readFile);
  } catch (error) {
    // Variables inside CONFIG_FILE cannot be checked here.
    if (!(error instanceof ConfigError) || isSet(variables.CONFIG_FILE)) throw error;
    const known = error.problems.join('\n');
    const more = missing({
      PUBLIC_URL: isSet(variables.PUBLIC_URL),
      SHOPLINE_HANDLE: isSet(variables.SHOPLINE_HANDLE),
      SHOPLINE_ACCESS_TOKEN: isSet(variables.SHOPLINE_ACCESS_TOKEN),
    }).filter((line) => !known.includes(line.slice(0, line.indexOf(':'))));
    throw new ConfigError([...error.problems, ...more]);
  }
}

interface Chosen {
  shop: Shop;
  admin: ShoplineAdmin;
  publicUrl: string;
}

function choose({ shops, publicUrl }: Config, args: Arguments, variables: Variables): Chosen {
  const ids = shops.map(({ id }) => id).join(', ');
  if (args.shop === undefined && shops.length > 1)
    throw new UsageError(`--shop is required; it must be one of ${ids}`);
  const shop = shops.find(({ id }) => id === (args.shop ?? id));
  if (!shop) throw new UsageError(`--shop must be one of ${ids}`);
  const { shopline: admin } = shop;
  const problems = missing({
    PUBLIC_URL: publicUrl !== undefined,
    SHOPLINE_HANDLE: admin !== undefined,
    // Without a handle the configuration has no SHOPLINE store.
    SHOPLINE_ACCESS_TOKEN: admin
      ? admin.accessToken !== undefined
      : isSet(variables.SHOPLINE_ACCESS_TOKEN) || isSet(variables.CONFIG_FILE),
  });
  if (args.action === 'install' && publicUrl && !publicUrl.startsWith('https:'))
    problems.push(`PUBLIC_URL is ${publicUrl}; the shop’s pages load scripts from https: URLs only`);
  if (!admin || !publicUrl || problems.length > 0) throw new ConfigError(problems);
  return { shop, admin, publicUrl };
}

/**
 * Calls the Admin API of the shop with a current access token, within SHOPLINE's rate limit.
 *
 * @throws {ScriptTagError} without any secret in it.
 */
async function withApi(
  { secrets }: Config,
  { shop, admin }: Chosen,
  clock: Clock,
  use: (api: AdminApi) => Promise<void>,
): Promise<void> {
  const { http, close } = createHttp({ timeoutMs: 15_000, connections: 1 });
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  // A token renewed here is not stored; a running collector renews its own when SHOPLINE rejects it.
  const settings = { readSetting: async () => undefined };
  const log: TokensParts['log'] = {
    ...EVERY_JOB,
    readFact: async () => undefined,
    writeFact: async () => true,
  };
  const tokens = await createTokens({
    log,
    shops: [shop],
    http,
    settings,
    clock,
    logger,
    random: Math.random,
  });
  const redactSecrets = (text: string) => createSecretRedactor([...secrets, ...tokens.secrets()])(text);
  const rateLimiter = createRateLimiter(ADMIN_RATE.perSecond, ADMIN_RATE.burst, clock);
  const { signal } = new AbortController();
  try {
    await use(createAdminApi({ admin, http: tokens.wrap(http), rateLimiter: () => rateLimiter(signal) }));
  } catch (error) {
    if (error instanceof ScriptTagError) throw new ScriptTagError(redactSecrets(error.message));
    if (error instanceof NoAnswer)
      throw new ScriptTagError(redactSecrets(`SHOPLINE gave no answer: ${error.message}`));
    throw error;
  } finally {
    await tokens.stop();
    await close();
  }
}

/** @throws {UsageError} {ConfigError} {ScriptTagError} */
export async function runScriptTag(
  args: readonly string[],
  parts: {
    variables: Variables;
    readFile: (path: string) => string;
    clock: Clock;
    print: (line: string) => void;
  },
): Promise<void> {
  const { variables, readFile, clock, print } = parts;
  const options = readArguments(args);
  const config = readCommandConfig(variables, readFile);
  const chosen = choose(config, options, variables);
  const { shop, admin, publicUrl } = chosen;
  const place = { shop: shop.id, handle: admin.handle, publicUrl, writeKey: shop.writeKey };
  await withApi(config, chosen, clock, (api) => workOnScriptTags(api, place, options, print));
}

export const command: Command = {
  usage: USAGE,
  run: (args) =>
    runScriptTag(args, {
      variables: environment(),
      readFile: (path) => readFileSync(path, 'utf8'),
      clock: systemClock,
      print: (line) => void process.stdout.write(`${line}\n`),
    }),
};

import type { Config } from '../../server/config/config.ts';
import { ConfigError } from '../../server/config/problems.ts';
import { readConfig } from '../../server/config/read.ts';
import type { Variables } from '../../server/config/variables.ts';
import { SANDBOX_CREDENTIALS } from '../../server/sandbox/index.ts';
import { SHOP_POLICY } from '../support/shop.ts';

const { tiktok } = SANDBOX_CREDENTIALS;
export const TIKTOK = { TIKTOK_PIXEL_CODE: tiktok.pixelCode, TIKTOK_ACCESS_TOKEN: tiktok.accessToken };
/** The smallest configuration that starts. */
export const LEAST = { WRITE_KEY: 'key-0001', ...SHOP_POLICY, ...TIKTOK };

/** How a configuration file names a variable of the environment. */
export const fromEnv = (name: string) => `\${${name}}`;

/** @param file what `CONFIG_FILE` holds: its text, or what becomes its JSON. */
export const read = (variables: Variables, file?: unknown): Config =>
  readConfig({ ...variables, ...(file !== undefined && { CONFIG_FILE: 'shops.json' }) }, () =>
    typeof file === 'string' ? file : JSON.stringify(file),
  );

/** The problems of a configuration; none when it can be used. */
export function problemsOf(variables: Variables, file?: unknown): readonly string[] {
  try {
    read(variables, file);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

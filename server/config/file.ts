import { z } from 'zod';
import { asVariables, blank, type Variables } from './variables.ts';

const Shops = z.record(z.string(), z.looseObject({})).refine((shops) => Object.keys(shops).length > 0);
const ConfigFile = z.looseObject({ shops: Shops.optional() });
type ConfigFile = z.infer<typeof ConfigFile>;

/**
 * The file `CONFIG_FILE` names, `${VAR}` replaced from the environment; empty when none is named.
 *
 * @param problems gets what is wrong with it, in words.
 */
export function readConfigFile(
  env: Variables,
  readFile: (path: string) => string,
  problems: string[],
): ConfigFile {
  const path = blank(env.CONFIG_FILE);
  if (typeof path !== 'string') return {};
  try {
    const interpolated = interpolate(JSON.parse(readFile(path)), env, problems);
    const { shops, ...top } = ConfigFile.parse(interpolated);
    if (!shops) return asVariables(top);
    const each = Object.entries(shops).map(([id, own]) => [id, asVariables(own)]);
    return { ...asVariables(top), shops: Object.fromEntries(each) };
  } catch (error) {
    problems.push(`CONFIG_FILE ${path} cannot be used: ${whyUnusable(error)}`);
    return {};
  }
}

/** What the parser of JSON says quotes the file, and with it perhaps a secret; where it stopped is enough. */
function whyUnusable(error: unknown): string {
  const { message } = error as Error;
  if (error instanceof z.ZodError) return 'it wants {"shops": {"<id>": {…}}}';
  return error instanceof SyntaxError
    ? `it is not JSON ${/at position \d+/.exec(message)?.[0] ?? ''}`
    : message;
}

function interpolate(value: unknown, env: Variables, problems: string[]): unknown {
  if (typeof value === 'string')
    return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      if (env[name] === undefined)
        problems.push(`\${${name}} in CONFIG_FILE names a variable that is not set`);
      return String(env[name] ?? '');
    });
  if (Array.isArray(value)) return value.map((item) => interpolate(item, env, problems));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, interpolate(item, env, problems)]),
  );
}

import { z } from 'zod';
import { INSTANCES } from './instances.ts';
import { PROGRAM_NAMES, SHOP_NAMES, unknownKeys } from './names.ts';
import { asVariables, blankAsUnset, type Variables } from './variables.ts';

const ConfigFile = z.looseObject({ shops: z.record(z.string(), z.looseObject({})).optional() });

/** What `CONFIG_FILE` holds. */
export interface ConfigFile {
  /** At the top: settings of the program, and defaults for every shop in the file. */
  top: Variables;
  shops: Readonly<Record<string, Variables>>;
  /** Variables of the environment that the file refers to as `${NAME}`. */
  references: ReadonlySet<string>;
}

const EMPTY: ConfigFile = { top: {}, shops: {}, references: new Set() };

/**
 * Reads the file that `CONFIG_FILE` names, with `${NAME}` replaced from the environment. A file without `shops` is one
 * shop, named `shop`. No shops are returned when the file cannot be used.
 *
 * @param problems receives what is wrong with it.
 * @returns undefined without `CONFIG_FILE`.
 */
export function readConfigFile(
  env: Variables,
  readFile: (path: string) => string,
  problems: string[],
): ConfigFile | undefined {
  const path = blankAsUnset(env.CONFIG_FILE);
  if (typeof path !== 'string') return undefined;
  const references = new Set<string>();
  try {
    const json: unknown = JSON.parse(readFile(path));
    const { shops, ...top } = ConfigFile.parse(interpolate(json, env, references));
    problems.push(...missingReferences(references, env), ...keyProblems(path, top, shops));
    const isOneShop = shops === undefined && Object.keys(top).some((key) => SHOP_KEYS.has(key));
    const named = Object.entries(shops ?? (isOneShop ? { shop: {} } : {}));
    if (named.length === 0 && !Object.keys(top).some((key) => /^shop$/i.test(key)))
      problems.push(`CONFIG_FILE ${path} names no shop; expected ${SHAPE}`);
    const own = Object.fromEntries(named.map(([id, values]) => [id, asVariables(values)]));
    return { top: asVariables(top), shops: own, references };
  } catch (error) {
    problems.push(`CONFIG_FILE ${path} cannot be used: ${whyUnusable(error)}`);
    return { ...EMPTY, references };
  }
}

const SHOP_KEYS = new Set([...SHOP_NAMES, INSTANCES]);
const SHAPE = '{"shops": {"<id>": {…}}}';

function keyProblems(
  path: string,
  top: Variables,
  shops: Readonly<Record<string, Variables>> = {},
): string[] {
  const atTop = unknownKeys(Object.keys(top), new Set([...PROGRAM_NAMES, ...SHOP_KEYS, 'shops']));
  const inShops = Object.entries(shops).flatMap(([id, own]) => {
    const keys = Object.keys(own);
    const misplaced = keys
      .filter((key) => PROGRAM_NAMES.has(key))
      .map((key) => `${key} is a setting of the program; move it to the top of the file`);
    const others = keys.filter((key) => !PROGRAM_NAMES.has(key));
    return [...misplaced, ...unknownKeys(others, SHOP_KEYS)].map((words) => `shop ${id}: ${words}`);
  });
  return [...atTop.map((words) => `CONFIG_FILE ${path}: ${words}`), ...inShops];
}

/** The message of a JSON parser quotes the file and may show a secret; the position does not. */
function whyUnusable(error: unknown): string {
  const { message } = error as Error;
  if (error instanceof z.ZodError) return `expected ${SHAPE}`;
  return error instanceof SyntaxError
    ? `it is not JSON ${/at position \d+/.exec(message)?.[0] ?? ''}`
    : message;
}

const missingReferences = (references: ReadonlySet<string>, env: Variables) =>
  [...references]
    .filter((name) => env[name] === undefined)
    .map((name) => `\${${name}} in CONFIG_FILE names a variable that is not set`);

function interpolate(value: unknown, env: Variables, references: Set<string>): unknown {
  if (typeof value === 'string')
    return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      references.add(name);
      return String(env[name] ?? '');
    });
  if (Array.isArray(value)) return value.map((item) => interpolate(item, env, references));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key, interpolate(item, env, references)]));
}

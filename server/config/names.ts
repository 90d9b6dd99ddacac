import { DESTINATIONS } from '../destinations/registry.ts';
import { editDistance } from '../lib/edit-distance.ts';
import { ProgramVariables, ShopVariables } from './schemas.ts';
import type { Variables } from './variables.ts';

/** Known names that no version of this program supports yet, or any more. */
export const UNSUPPORTED: readonly string[] = ['NATS_URL'];
export const PROGRAM_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(ProgramVariables.shape),
  ...UNSUPPORTED,
]);
export const SHOP_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(ShopVariables.shape),
  ...DESTINATIONS.flatMap(({ variables }) => Object.values<string>(variables)),
]);
const ENVIRONMENT_NAMES = new Set([...PROGRAM_NAMES, ...SHOP_NAMES, 'CONFIG_FILE']);

const LONG_NAME = 10;

/** The known name that this one is one edit away from (two for names of ten letters or more), whatever its case. */
function nearest(name: string, known: ReadonlySet<string>): string | undefined {
  const distances = [...known].map((candidate) => ({
    candidate,
    distance: editDistance(name.toUpperCase(), candidate.toUpperCase()),
  }));
  const near = distances.filter(
    ({ candidate, distance }) => distance <= (candidate.length >= LONG_NAME ? 2 : 1),
  );
  return near.toSorted((a, b) => a.distance - b.distance)[0]?.candidate;
}

/**
 * Misspelt variables of the environment. It also holds variables of other programs, so only names close to a known one
 * are problems.
 *
 * @param except names that the configuration file refers to.
 */
export function misspeltVariables(env: Variables, except: ReadonlySet<string>): string[] {
  return Object.keys(env).flatMap((name) => {
    if (!name.includes('_') || ENVIRONMENT_NAMES.has(name) || except.has(name)) return [];
    const known = nearest(name, ENVIRONMENT_NAMES);
    return known === undefined ? [] : [`${name} is not a known variable; did you mean ${known}?`];
  });
}

/** Keys of a configuration file that no version knows: all of them are problems. */
export function unknownKeys(keys: readonly string[], known: ReadonlySet<string>): string[] {
  return keys
    .filter((key) => !known.has(key))
    .map((key) => {
      const meant = nearest(key, known);
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      return `${JSON.stringify(key)} is not a known setting${hint}`;
    });
}

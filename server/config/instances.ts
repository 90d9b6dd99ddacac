import { isObject } from '../../shared/is-object.ts';
import { baseName, type Destination, instanceOf } from '../destinations/destination.ts';
import { DESTINATIONS } from '../destinations/registry.ts';
import { unknownKeys } from './names.ts';
import { ShopVariables } from './schemas.ts';
import { asVariables, setOnly, type Variables } from './variables.ts';

/** The key of a shop in a configuration file under which further instances of its destinations stand, by name. */
export const INSTANCES = 'destinations';

/** A further instance of a destination, with its variables. */
export interface Instance {
  destination: Destination;
  variables: Variables;
}

const SUFFIX = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
const SHAPE = '{"<destination>:<suffix>": {…}}, for example {"tiktok:eu": {"TIKTOK_PIXEL_CODE": "…"}}';

/**
 * Reads a shop's further instances. An instance has the variables of its destination and inherits from the shop only
 * those that the shop has without the destination too, such as `SHOPLINE_HANDLE`.
 *
 * @param found receives what is wrong with their names and keys.
 */
export function readInstances(shop: Variables, found: string[]): Instance[] {
  const named = shop[INSTANCES];
  if (named === undefined || named === null) return [];
  if (!isObject(named)) {
    found.push(`${INSTANCES} is not an object of instances; expected ${SHAPE}`);
    return [];
  }
  return Object.entries(named).flatMap(([name, values]) => {
    const base = DESTINATIONS.find((destination) => destination.name === baseName({ name }));
    const problems = isObject(values) ? nameProblems(name, base) : [`expected an object of its variables`];
    if (base && isObject(values))
      problems.push(...unknownKeys(Object.keys(values), new Set(Object.values<string>(base.variables))));
    found.push(...problems.map((words) => `${INSTANCES}.${name}: ${words}`));
    if (!base || !isObject(values) || problems.length > 0) return [];
    const own = setOnly(asVariables(values));
    const shared = Object.keys(ShopVariables.shape).map((key) => [key, shop[key]] as const);
    const variables = { ...Object.fromEntries(shared), ...own };
    return [{ destination: instanceOf(base, name.slice(base.name.length + 1)), variables }];
  });
}

function nameProblems(name: string, base: Destination | undefined): string[] {
  const known = DESTINATIONS.map((destination) => destination.name).join(', ');
  if (!base) return [`there is no such destination; expected one of ${known}, a colon and a suffix`];
  if (name === base.name)
    return [`its variables belong to the shop itself; a further one is "${name}:<suffix>"`];
  return SUFFIX.test(name.slice(base.name.length + 1))
    ? []
    : ['the suffix is 1 to 32 lower-case letters, digits and hyphens between them'];
}

/** Every variable of a shop's instances, to find the secrets among them. */
export const variablesOfInstances = (shop: Variables): Variables[] => {
  const named = shop[INSTANCES];
  return isObject(named) ? Object.values(named).filter(isObject) : [];
};

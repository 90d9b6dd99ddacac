import type { Destination } from '../destinations/destination.ts';
import { DESTINATIONS } from '../destinations/registry.ts';
import { isLoopback } from '../lib/loopback.ts';
import type { Configured } from './config.ts';
import { INSTANCES, type Instance } from './instances.ts';
import { addProblem, describeProblem, type VariableProblems } from './problems.ts';
import { ShopVariables } from './schemas.ts';
import { secretLengthProblem } from './secrets.ts';
import { blankAsUnset, type Variables } from './variables.ts';

/** Reads every destination that the variables switch on. */
export function readDestinations(variables: Variables, problems: VariableProblems): Configured[] {
  return DESTINATIONS.filter((destination) => isSwitchedOn(destination, variables)).flatMap((destination) => {
    const settings = readSettings(destination, variables, problems);
    return settings === undefined ? [] : [{ destination, settings }];
  });
}

/** Reads further instances. Each must be complete: a line about one begins with its name. */
export function readFurther(instances: readonly Instance[], problems: string[]): Configured[] {
  return instances.flatMap(({ destination, variables }) => {
    const found: VariableProblems = new Map();
    const settings = readSettings(destination, variables, found);
    problems.push(...[...found.values()].map((words) => `${INSTANCES}.${destination.name}: ${words}`));
    return settings === undefined ? [] : [{ destination, settings }];
  });
}

const isSwitchedOn = (destination: Destination, variables: Variables) =>
  destination.switches.some((name) => blankAsUnset(variables[name]) !== undefined);

/** Undefined where a destination is switched on; otherwise which variables switch each of them on. */
export function noDestinationProblem(variables: Variables): string | undefined {
  if (DESTINATIONS.some((destination) => isSwitchedOn(destination, variables))) return undefined;
  const ways = DESTINATIONS.map(
    (destination) => `${destination.integration}: ${requiredVariables(destination).join(', ')}`,
  );
  return `no destination is configured; set the variables of at least one (${ways.join('; ')})`;
}

/** What a destination needs beside what every shop needs. */
export function requiredVariables({ settings, variables }: Destination): string[] {
  const missing = settings.safeParse({}).error?.issues ?? [];
  const ofEveryShop = ShopVariables.safeParse({}).error?.issues ?? [];
  const common = new Set(ofEveryShop.map(({ path }) => String(path[0])));
  return missing.map(({ path }) => variableOf(path, variables)).filter((name) => !common.has(name));
}

/** Which variable an issue of a destination's settings is about. */
const variableOf = ([setting]: readonly PropertyKey[], variables: Readonly<Record<string, string>>) =>
  variables[String(setting)] ?? String(setting);

function readSettings(destination: Destination, variables: Variables, problems: VariableProblems): unknown {
  const names: Readonly<Record<string, string>> = destination.variables;
  const values = Object.fromEntries(
    Object.entries(names).map(([setting, variable]) => [setting, blankAsUnset(variables[variable])]),
  );
  for (const variable of Object.values(names)) {
    const words =
      secretLengthProblem(variable, variables[variable]) ?? endpointProblem(variable, variables[variable]);
    if (words !== undefined) addProblem(problems, variable, words);
  }
  const parsed = destination.settings.safeParse(values);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const variable = variableOf(path, names);
    addProblem(problems, variable, describeProblem(variable, variables[variable], message));
  }
  return parsed.data;
}

/** `http:` is for loopback alone: elsewhere it would send personal data in clear. Undefined for other variables. */
export function endpointProblem(variable: string, value: unknown): string | undefined {
  if (!variable.endsWith('_ENDPOINT') || blankAsUnset(value) === undefined) return undefined;
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'https:') return undefined;
  if (url?.protocol === 'http:' && isLoopback(url.hostname)) return undefined;
  return describeProblem(variable, value, 'an https: address (http: only on loopback)');
}

import { parseArgs } from 'node:util';
import { SNIPPET_OPTIONS } from './address.ts';
import { SCOPES, type Scope } from './script-tags.ts';

export const HOW = `Usage: npm run shopline:script-tag [-- options]

Lists the scripts that SHOPLINE loads into the shop's pages; a * marks ours.

  --install       have it load ours, in place of any other address of ours
  --scope SCOPE   where: ${SCOPES.join(', ')} (${SCOPES[0]} when left out)
  --option N=V    a setting of the snippet, such as consent=granted; may be repeated
  --remove        take ours away
  --yes           do it; without, what would be done is only said
  --shop ID       which shop, when there are several`;

/** What was typed is wrong. */
export class Misuse extends Error {
  override name = 'Misuse';
}

export interface Asked {
  action: 'list' | 'install' | 'remove' | 'help';
  /** False: only say what would be done. */
  isMeant: boolean;
  scope: Scope;
  /** By the names of `SNIPPET_OPTIONS`. */
  options: Readonly<Record<string, string>>;
  shop: string | undefined;
}

/** @throws {Misuse} in words. */
export function readArguments(args: readonly string[]): Asked {
  const { install, remove, yes, help, scope, option, shop } = parse(args);
  if (install && remove) throw new Misuse('--install and --remove exclude each other');
  if (!install && (scope !== undefined || option.length > 0))
    throw new Misuse('--scope and --option go with --install');
  if (yes && !install && !remove) throw new Misuse('--yes goes with --install or --remove');
  const where = SCOPES.find((known) => known === (scope ?? SCOPES[0]));
  if (!where) throw new Misuse(`--scope is one of ${SCOPES.join(', ')}`);
  return {
    action: help ? 'help' : install ? 'install' : remove ? 'remove' : 'list',
    isMeant: yes,
    scope: where,
    options: Object.fromEntries(option.map(readOption)),
    shop,
  };
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        install: flag,
        remove: flag,
        yes: flag,
        help: flag,
        scope: { type: 'string' },
        option: { type: 'string', multiple: true, default: [] },
        shop: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new Misuse((error as Error).message);
  }
}

/** `consent=granted`; a name alone is a setting that only has to be there. */
function readOption(text: string): [name: string, value: string] {
  const [name = '', ...value] = text.split('=');
  if (!SNIPPET_OPTIONS.includes(name))
    throw new Misuse(`--option ${name}: the snippet knows ${SNIPPET_OPTIONS.join(', ')}`);
  return [name, value.join('=')];
}

import { readOptions, UsageError } from '../../../lib/arguments.ts';
import { SNIPPET_OPTIONS } from './address.ts';
import { SCOPES, type Scope } from './script-tags.ts';

export const USAGE = `Usage: storebeacon script-tag [options]

Lists the script tags of the shop; * marks those of Storebeacon.

  --install       install the snippet, replacing any earlier script tag of it
  --scope SCOPE   pages: ${SCOPES.join(', ')} (default ${SCOPES[0]})
  --option N=V    a setting of the snippet, such as consent=granted; repeatable
  --remove        remove the snippet
  --yes           apply the changes; without it they are only listed
  --shop ID       the shop, when several are configured
`;

export interface Arguments {
  action: 'list' | 'install' | 'remove';
  /** False: list the changes without applying them. */
  isConfirmed: boolean;
  scope: Scope;
  /** Keys are names of `SNIPPET_OPTIONS`. */
  options: Readonly<Record<string, string>>;
  shop: string | undefined;
}

/** @throws {UsageError} */
export function readArguments(args: readonly string[]): Arguments {
  const { install, remove, yes, scope, option, shop } = parse(args);
  if (install && remove) throw new UsageError('--install and --remove cannot be combined');
  if (!install && (scope !== undefined || option.length > 0))
    throw new UsageError('--scope and --option require --install');
  if (yes && !install && !remove) throw new UsageError('--yes requires --install or --remove');
  const where = SCOPES.find((known) => known === (scope ?? SCOPES[0]));
  if (!where) throw new UsageError(`--scope must be one of ${SCOPES.join(', ')}`);
  return {
    action: install ? 'install' : remove ? 'remove' : 'list',
    isConfirmed: yes,
    scope: where,
    options: Object.fromEntries(option.map(readOption)),
    shop,
  };
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  return readOptions(args, {
    install: flag,
    remove: flag,
    yes: flag,
    scope: { type: 'string' },
    option: { type: 'string', multiple: true, default: [] },
    shop: { type: 'string' },
  });
}

/** `consent=granted`; a name alone sets a flag, such as `debug`. */
function readOption(text: string): [name: string, value: string] {
  const [name = '', ...value] = text.split('=');
  if (!SNIPPET_OPTIONS.includes(name))
    throw new UsageError(`--option ${name}: the snippet’s settings are ${SNIPPET_OPTIONS.join(', ')}`);
  return [name, value.join('=')];
}

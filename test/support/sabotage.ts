/** One way to break a promise on purpose: in `file`, `find` becomes `replace` while the file is loaded. */
export interface Sabotage {
  /** What is no longer true. */
  broken: string;
  /** From the root of the project. */
  file: string;
  find: RegExp;
  /** As in `String.replace`. */
  replace: string;
}

/** The production code knows nothing of these. A change over there that moves a text moves it here. */
export const SABOTAGES: Readonly<Record<string, Sabotage>> = {
  'ack-early': {
    broken: 'the answer leaves before its events are on disk',
    file: 'server/main.ts',
    find: /wrapLog = \(log\) => log,/,
    replace: `wrapLog = (log) => ({
      ...log,
      append: async (entries) => {
        setTimeout(() => void log.append(entries).catch(() => {}), 25);
        return { stored: entries.length, duplicates: 0 };
      },
    }),`,
  },
  'no-dedup': {
    broken: 'a message seen before is stored again',
    file: 'server/store/sqlite/append.ts',
    find: /function isNew\([^)]*\): boolean \{/,
    replace: '$& if (nowMs) return true;',
  },
  'no-hash': {
    broken: 'what should be a digest is the value itself',
    file: 'server/privacy/hash.ts',
    find: /export function sha256\(value: string\): string \{/,
    replace: '$& if (value) return value;',
  },
  'no-fsync': {
    broken: 'a commit is called durable before the disk has it',
    file: 'server/store/sqlite/database.ts',
    find: /PRAGMA synchronous = FULL/,
    replace: 'PRAGMA synchronous = OFF',
  },
};

/** @throws when there is no such sabotage; names those there are. */
export function findSabotage(name: string): Sabotage {
  const found = Object.hasOwn(SABOTAGES, name) ? SABOTAGES[name] : undefined;
  if (!found)
    throw new Error(`no sabotage is named ${name}; there are: ${Object.keys(SABOTAGES).join(', ')}`);
  return found;
}

/** @throws when the text is not there: a sabotage that changes nothing would prove nothing. */
export function sabotaged(source: string, { file, find, replace }: Sabotage): string {
  if (!find.test(source)) throw new Error(`sabotage: ${file} no longer holds ${find}; aim it anew`);
  return source.replace(find, replace);
}

/**
 * The arguments that make `node` run the collector with one promise broken, in all its threads; none without a name.
 *
 * @throws when there is no such sabotage.
 */
export function sabotageArguments(name?: string): string[] {
  if (name === undefined) return [];
  findSabotage(name);
  const hooks = new URL('./sabotage-hooks.ts', import.meta.url);
  hooks.search = name;
  return ['--import', hooks.href];
}

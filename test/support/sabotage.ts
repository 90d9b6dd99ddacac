/** One text of one file, replaced while the file is loaded. */
export interface Edit {
  /** From the root of the project. */
  file: string;
  find: RegExp;
  /** As in `String.replace`. */
  replace: string;
}

/** Breaks one guarantee on purpose, on both engines unless `broken` says otherwise. */
export interface Sabotage {
  /** The broken guarantee. */
  broken: string;
  edits: readonly Edit[];
}

/** The texts to be replaced are copies of production code and change with it. */
export const SABOTAGES: Readonly<Record<string, Sabotage>> = {
  'ack-early': {
    broken: 'requests are answered before their events are on disk',
    edits: [
      {
        file: 'server/compose.ts',
        find: /wrapLog = \(log\) => log,/,
        // More appends are answered and not yet stored than clients have connections: any kill loses answered events.
        replace: `wrapLog = (log) => {
          const unstored = [];
          return {
            ...log,
            accept: async (entries) => {
              unstored.push(entries);
              if (unstored.length > 200) void log.accept(unstored.shift()).catch(() => {});
              return entries.map(() => ({ isStored: true }));
            },
          };
        },`,
      },
    ],
  },
  'no-dedup': {
    broken: 'duplicates are stored again',
    edits: ['server/store/sqlite/dedup.ts', 'server/store/postgres/dedup.ts'].map((file) => ({
      file,
      find: /has\(shop, key, nowMs\) \{/,
      replace: '$& if (nowMs) return false;',
    })),
  },
  'no-hash': {
    broken: 'values are not hashed',
    edits: [
      {
        file: 'server/privacy/hash.ts',
        find: /export function sha256\(value: string\): string \{/,
        replace: '$& if (value) return value;',
      },
    ],
  },
  'misread-amounts': {
    broken: 'amounts with groups of digits are read as something else',
    edits: [
      {
        file: 'shared/decimal-text.ts',
        find: /text\.replaceAll\('\.', ''\)\.replace\(',', '\.'\)/,
        replace: "text.replace(/,.*/, '')",
      },
    ],
  },
  'odd-field-rejects': {
    broken: 'messages with several odd fields are rejected',
    edits: [
      {
        file: 'server/ingest/validate.ts',
        find: /const parsed = issue \? \{ issues: \[issue\] \} : parseMessage\(value, type\);/,
        replace: `const read = issue ? { issues: [issue] } : parseMessage(value, type);
          const parsed = read.notes?.length > 3 ? { issues: [{ path: '', code: 'odd', message: 'odd' }] } : read;`,
      },
    ],
  },
  'no-limits': {
    broken: 'a message may hold any number of personal values',
    edits: [
      {
        file: 'server/privacy/finding.ts',
        find: /personalValues: 100,/,
        replace: 'personalValues: 1_000_000,',
      },
    ],
  },
  'no-fsync': {
    broken: 'commits are not synced to disk',
    edits: [
      {
        file: 'server/store/sqlite/database.ts',
        find: /PRAGMA synchronous = FULL/,
        replace: 'PRAGMA synchronous = OFF',
      },
      {
        // Of each transaction: the settings of the server, which are asked at the start, stay as they are.
        file: 'server/store/postgres/client.ts',
        find: /lock_timeout: '8s',/,
        replace: "$& synchronous_commit: 'off',",
      },
    ],
  },
  'trust-browser': {
    broken: 'pages make orders although the shop system reports them',
    edits: [
      {
        file: 'server/store/sqlite/voices.ts',
        find: /actsAsBrowser\(shop\) \{/,
        replace: '$& if (shop) return true;',
      },
    ],
  },
  'no-fence': {
    broken:
      'a collector settles what others have taken over (found by test/store/sabotage.long.test.ts, as the next two)',
    edits: [
      {
        file: 'server/store/sqlite/settle.ts',
        find: /if \(settlement\.fence !== consumer\.fence\) continue;/,
        replace: '',
      },
    ],
  },
  'no-log-lock': {
    broken: 'transactions of several collectors overlap',
    edits: [
      {
        file: 'server/store/postgres/transactions.ts',
        find: /lock\.run\(lockNumber\);/,
        replace: '',
      },
    ],
  },
  'no-version': {
    broken: 'what another collector has written is not noticed',
    edits: [
      {
        file: 'server/store/postgres/transactions.ts',
        find: /const isForeign = version !== known;/,
        replace: 'const isForeign = false;',
      },
    ],
  },
  'copied-file': {
    broken: 'a backup copies the files without their write-ahead logs (SQLite)',
    edits: [
      {
        file: 'server/store/backup/copy.ts',
        find: /const copy = \(connection: DatabaseSync, name: string\) =>/,
        replace:
          "$& process.getBuiltinModule('node:fs').promises.copyFile(connection.location(), join(folder, name)) ||",
      },
    ],
  },
};

/** @throws when there is no such sabotage; the message lists the names. */
export function findSabotage(name: string): Sabotage {
  const found = Object.hasOwn(SABOTAGES, name) ? SABOTAGES[name] : undefined;
  if (!found)
    throw new Error(`no sabotage is named ${name}; there are: ${Object.keys(SABOTAGES).join(', ')}`);
  return found;
}

/** @throws when `find` does not match. */
export function edited(source: string, { file, find, replace }: Edit): string {
  if (!find.test(source)) throw new Error(`sabotage: ${file} no longer holds ${find}; update the pattern`);
  return source.replace(find, replace);
}

/**
 * Arguments of `node` that break one guarantee in every thread of the collector; none without a name.
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

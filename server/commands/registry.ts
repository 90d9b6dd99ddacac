import type { Command } from './command.ts';
import { COLLECTOR_FLAGS } from './node-flags.ts';

interface Entry {
  about: string;
  /** Of Node, for the whole process. */
  nodeFlags?: readonly string[];
  load: () => Promise<{ command: Command }>;
}

/** The programs of `storebeacon` by name, in the order of its `--help`. Each is loaded when it is called. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  demo: {
    about: 'a shop, a collector and stand-ins of the three APIs on this machine',
    load: () => import('../demo/main.ts'),
  },
  start: { about: 'the collector', nodeFlags: COLLECTOR_FLAGS, load: () => import('./start.ts') },
  doctor: {
    about: 'checks the configuration and the endpoints, and says what is wrong',
    load: () => import('./doctor.ts'),
  },
  'script-tag': {
    about: 'puts the snippet into a SHOPLINE shop, and removes it',
    load: () => import('./script-tag.ts'),
  },
  migrate: {
    about: 'copies the store from SQLite to PostgreSQL, and back',
    load: () => import('./migrate.ts'),
  },
  backup: {
    about: 'writes what the collector has stored into a folder, while it runs',
    load: () => import('./backup.ts'),
  },
  restore: { about: 'makes an empty data directory of a backup', load: () => import('./restore.ts') },
  rebuild: { about: 'counts the statistics again', load: () => import('./rebuild.ts') },
};

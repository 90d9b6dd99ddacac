import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.ts';

/** What a process keeps until it is started again, by the variable that sets it. */
const KEPT = {
  PORT: 'port',
  HOST: 'host',
  ADMIN_PORT: 'adminPort',
  ADMIN_HOST: 'adminHost',
  DATA_DIR: 'dataDir',
  DATABASE_URL: 'databaseUrl',
  MAX_CONNECTIONS: 'maxConnections',
  LOG_LEVEL: 'logLevel',
} as const satisfies Record<string, keyof Config>;

export interface Reloaded {
  config: Config;
  /** Shops by their ids. */
  added: string[];
  removed: string[];
  /** Variables that were changed, and count after the next start. */
  afterRestart: string[];
}

/** What a running process makes of a configuration that was read again. */
export function reloadConfig(current: Config, read: Config): Reloaded {
  const kept = Object.fromEntries(Object.values(KEPT).map((name) => [name, current[name]]));
  const idsOf = ({ shops }: Config) => shops.map(({ id }) => id);
  const [before, after] = [idsOf(current), idsOf(read)];
  return {
    config: Object.freeze({ ...read, ...kept }),
    added: after.filter((id) => !before.includes(id)),
    removed: before.filter((id) => !after.includes(id)),
    afterRestart: Object.entries(KEPT)
      .filter(([, name]) => !isDeepStrictEqual(current[name], read[name]))
      .map(([variable]) => variable),
  };
}

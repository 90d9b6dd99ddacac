import type { Config } from './config.ts';
import { readConfigFile } from './file.ts';
import { misspeltVariables } from './names.ts';
import { ConfigError, parseVariables } from './problems.ts';
import { ProgramVariables } from './schemas.ts';
import { asVariables, setOnly, type Variables } from './variables.ts';

const StoreVariables = ProgramVariables.pick({ DATA_DIR: true, DATABASE_URL: true, RETENTION_DAYS: true });
const DAY_MS = 86_400_000;

/**
 * Where the store is and how long it keeps events, for a command that needs nothing else of the configuration. Read as
 * `readConfig` reads it.
 *
 * @throws {ConfigError} with every problem.
 */
export function readStoreConfig(
  variables: Variables,
  readFile: (path: string) => string,
): Pick<Config, 'dataDir' | 'databaseUrl' | 'retentionMs'> {
  const problems: string[] = [];
  const env = asVariables(setOnly(variables));
  const file = readConfigFile(variables, readFile, problems);
  problems.push(...misspeltVariables(env, file?.references ?? new Set()));
  const found = new Map<string, string>();
  const store = parseVariables(StoreVariables, { ...file?.top, ...env }, found);
  problems.push(...found.values());
  if (problems.length > 0 || !store) throw new ConfigError(problems);
  const { DATA_DIR: dataDir, DATABASE_URL: databaseUrl, RETENTION_DAYS } = store;
  return { dataDir, databaseUrl, retentionMs: RETENTION_DAYS * DAY_MS };
}

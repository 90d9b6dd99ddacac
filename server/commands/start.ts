import { readFileSync } from 'node:fs';
import { environment, isRunByNpm } from '../config/environment.ts';
import { ConfigError } from '../config/problems.ts';
import { readConfig } from '../config/read.ts';
import { blankAsUnset } from '../config/variables.ts';
import { readOptions } from '../lib/arguments.ts';
import { stopOnSignals } from '../lib/process.ts';
import { reportToSystemd } from '../lib/systemd.ts';
import { start } from '../main.ts';
import { processLogger } from '../observe/process-logger.ts';
import type { Command } from './command.ts';

const USAGE = `Usage: storebeacon start

Starts the collector with the configuration of the environment, or of CONFIG_FILE. With one that is incomplete or misspelt it
does not start, and names every problem. Each line of its log, on standard output, is a JSON object.

SIGTERM and SIGINT end it: it answers open requests, records deliveries under way, and ends with 0. SIGHUP reads CONFIG_FILE
again and goes on with the shops in it; without CONFIG_FILE it ends, too.
`;

async function run(args: readonly string[]): Promise<void> {
  readOptions(args, {});
  const variables = environment();
  const read = () => readConfig(variables, (path) => readFileSync(path, 'utf8'));
  const config = read();
  let { secrets } = config;
  const logger = processLogger(config.logLevel, () => secrets);
  const running = await start(config, { logger });
  reportToSystemd(variables, (error) =>
    logger.error(
      { error: error.message },
      'systemd is not informed: install systemd-notify, or set Type=exec',
    ),
  );

  async function reload(): Promise<void> {
    try {
      const next = read();
      // Those of before may be in answers that are still to be logged.
      secrets = [...new Set([...secrets, ...next.secrets])];
      await running.reload(next);
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [String(error)];
      logger.error({ problems }, 'configuration not reloaded; the former one stays');
      if (running.hasEnded()) process.exit(1);
    }
  }
  const hasFile = blankAsUnset(variables.CONFIG_FILE) !== undefined;
  if (!hasFile)
    process.once('SIGHUP', () =>
      logger.info({}, 'SIGHUP: CONFIG_FILE is not set, so there is nothing to reload; stopping'),
    );
  stopOnSignals(running.stop, {
    reload: hasFile ? () => void reload() : undefined,
    isRunByNpm: isRunByNpm(variables),
  });
}

export const command: Command = { usage: USAGE, run };

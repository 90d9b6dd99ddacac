import { readFileSync } from 'node:fs';
import { environment } from '../config/environment.ts';
import { readConfig } from '../config/read.ts';
import { readOptions } from '../lib/arguments.ts';
import { stopOnSignals } from '../lib/process.ts';
import { start } from '../main.ts';
import { processLogger } from '../observe/process-logger.ts';
import type { Command } from './command.ts';
import { ensureNodeFlags } from './node-flags.ts';

const USAGE = `Usage: storebeacon start

Starts the collector with the configuration of the environment, or of CONFIG_FILE. With one that is incomplete or misspelt it
does not start, and names every problem. Each line of its log, on standard output, is a JSON object.

SIGTERM, SIGINT and SIGHUP end it: it answers open requests, records deliveries under way, and ends with 0.
`;

async function run(args: readonly string[]): Promise<void> {
  readOptions(args, {});
  ensureNodeFlags();
  const config = readConfig(environment(), (path) => readFileSync(path, 'utf8'));
  const running = await start(config, { logger: processLogger(config.logLevel, config.secrets) });
  stopOnSignals(running.stop);
}

export const command: Command = { usage: USAGE, run };

import { readFileSync } from 'node:fs';
import { statisticsConsumers } from '../analytics/counting.ts';
import { shopSettings } from '../analytics/open.ts';
import { rebuild } from '../analytics/rebuild.ts';
import { openStatistics } from '../analytics/store/open-statistics.ts';
import type { Config } from '../config/config.ts';
import { environment } from '../config/environment.ts';
import { readConfig } from '../config/read.ts';
import { consumersOf } from '../delivery/consumers.ts';
import { readOptions } from '../lib/arguments.ts';
import { countedShops } from '../platforms/registry.ts';
import { openLog } from '../store/open.ts';
import type { Command } from './command.ts';

const USAGE = `Usage: storebeacon rebuild [--keep]

Counts every event in the log again, on top of the stored baseline, and compares the result with the running totals.
The collector must be stopped. --keep stores the new totals even where they differ, as they do after a change of
MARKETING_RULES, FLOWS, ATTRIBUTION_DAYS or STORE_CURRENCY.
`;

/**
 * Rebuilds the totals of every shop that is counted.
 *
 * @returns whether they came out as they were; what was found is said through `say`.
 */
export async function rebuildAll(
  config: Config,
  options: { keepsDifferences: boolean; nowMs: number; say: (line: string) => void },
): Promise<boolean> {
  const { dataDir, databaseUrl, shops, retentionMs } = config;
  const { keepsDifferences, nowMs, say } = options;
  const counted = countedShops(config);
  if (counted.length === 0) {
    say('rebuild: no shop is counted; nothing to do');
    return true;
  }
  const log = await openLog({
    dataDir,
    ...(databaseUrl !== undefined && { databaseUrl }),
    consumers: [...consumersOf(shops), ...statisticsConsumers(counted)],
    retentionMs,
  });
  try {
    const store = await openStatistics(config, { shops: shopSettings(counted) });
    try {
      let isEqual = true;
      for (const shop of counted) {
        const sinceMs = nowMs - retentionMs;
        const { events, targets, differences } = await rebuild({
          shop,
          log,
          store,
          sinceMs,
          keepsDifferences,
        });
        for (const { target, before, after } of differences)
          say(`${shop.id} ${target}\n  was ${JSON.stringify(before)}\n  is  ${JSON.stringify(after)}`);
        say(
          `rebuild: ${shop.id}: ${events} events read again, ${targets} totals, ${differences.length} differ`,
        );
        isEqual &&= differences.length === 0;
      }
      return isEqual;
    } finally {
      await store.close();
    }
  } finally {
    await log.close();
  }
}

async function run(args: readonly string[]): Promise<void> {
  const { keep: keepsDifferences } = readOptions(args, { keep: { type: 'boolean', default: false } });
  const config = readConfig(environment(), (path) => readFileSync(path, 'utf8'));
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const isEqual = await rebuildAll(config, { keepsDifferences, nowMs: Date.now(), say });
  if (isEqual || keepsDifferences) return;
  say('The running totals were left as they are. After a change of rules, keep the new ones with --keep.');
  process.exitCode = 1;
}

export const command: Command = { usage: USAGE, run };

import { describe, expect, test, vi } from 'vitest';
import { ENGINES } from '../../support/database-server.ts';
import { serverOf } from '../../support/engine-for-tests.ts';
import { seededRandom } from '../../support/fleet.ts';
import { killAtRandom } from './kills.ts';

// Each test starts several processes; a busy machine needs longer.
vi.setConfig({ testTimeout: 120_000 });

/** On PostgreSQL one of them; `npm run crash -- --engine postgres --sabotage NAME` tries the others. */
const ON_POSTGRES = ['no-dedup'];

describe.each(ENGINES)(
  'npm run crash -- --engine %s fails for a collector with a broken guarantee',
  (engine) => {
    const server = serverOf(engine);

    const rows = [
      { sabotage: 'ack-early', kills: 2, problem: /^lost: \d+ deliveries/ },
      { sabotage: 'no-dedup', problem: /^repeated with a difference: \d+ deliveries/ },
      { sabotage: 'no-hash', problem: /^in clear: an email in \d+/ },
      { sabotage: 'no-fsync', problem: /^not durable: log.synchronous is off/ },
      { sabotage: 'trust-browser', problem: /^forged: \d+ deliveries/ },
    ].filter(({ sabotage }) => engine === 'sqlite' || ON_POSTGRES.includes(sabotage));

    test.each(rows)('$sabotage', async ({ sabotage, kills = 0, problem }) => {
      const run = { random: seededRandom(3), sabotage, server: server() };
      expect((await killAtRandom(run, kills)).problems).toContainEqual(expect.stringMatching(problem));
    });
  },
);

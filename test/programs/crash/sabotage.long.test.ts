import { describe, expect, test, vi } from 'vitest';
import { ENGINES } from '../../support/database-server.ts';
import { serverOf } from '../../support/engine-for-tests.ts';
import { seededRandom } from '../../support/fleet.ts';
import { killAtRandom } from './kills.ts';

// Each test starts several processes; a busy machine needs longer.
vi.setConfig({ testTimeout: 120_000 });

describe.each(ENGINES)(
  'npm run crash -- --engine %s fails for a collector with a broken guarantee',
  (engine) => {
    const server = serverOf(engine);

    test.each([
      { sabotage: 'ack-early', kills: 2, problem: /^lost: \d+ deliveries/ },
      { sabotage: 'no-dedup', problem: /^repeated with a difference: \d+ deliveries/ },
      { sabotage: 'no-hash', problem: /^in clear: an email in \d+/ },
      { sabotage: 'no-fsync', problem: /^not durable: log.synchronous is off/ },
      { sabotage: 'trust-browser', problem: /^forged: \d+ deliveries/ },
    ])('$sabotage', async ({ sabotage, kills = 0, problem }) => {
      const run = { random: seededRandom(3), sabotage, server: server() };
      expect((await killAtRandom(run, kills)).problems).toContainEqual(expect.stringMatching(problem));
    });
  },
);

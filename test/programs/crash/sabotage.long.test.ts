import { expect, test, vi } from 'vitest';
import { seededRandom } from '../../support/fleet.ts';
import { killAtRandom } from './kills.ts';

// Each test starts several processes; a busy machine needs longer.
vi.setConfig({ testTimeout: 120_000 });

/** `npm run crash` fails for a collector with a broken guarantee. */
test.each([
  { sabotage: 'ack-early', kills: 2, problem: /^lost: \d+ deliveries/ },
  { sabotage: 'no-dedup', problem: /^repeated with a difference: \d+ deliveries/ },
  { sabotage: 'no-hash', problem: /^in clear: an email in \d+/ },
  { sabotage: 'no-fsync', problem: /^not durable: log.synchronous is off/ },
  { sabotage: 'trust-browser', problem: /^forged: \d+ deliveries/ },
])('$sabotage fails the run', async ({ sabotage, kills = 0, problem }) => {
  const { problems } = await killAtRandom({ random: seededRandom(3), sabotage }, kills);
  expect(problems).toContainEqual(expect.stringMatching(problem));
});

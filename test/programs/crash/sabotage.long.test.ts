import { expect, test, vi } from 'vitest';
import { seededRandom } from '../../support/fleet.ts';
import { killAtRandom } from './kills.ts';

// Each starts several processes, and the machine may be busy with others.
vi.setConfig({ testTimeout: 120_000 });

/** `npm run crash` fails a collector that breaks its promises; that it fails one that answers early: crash.test.ts. */
test.each([
  { sabotage: 'no-dedup', problem: /^repeated with a difference: \d+ deliveries/ },
  { sabotage: 'no-hash', problem: /^in clear: an email in \d+/ },
  { sabotage: 'no-fsync', problem: /^not durable: log.synchronous is off/ },
])('$sabotage turns the run red', async ({ sabotage, problem }) => {
  const { problems } = await killAtRandom({ random: seededRandom(3), sabotage }, 0);
  expect(problems).toContainEqual(expect.stringMatching(problem));
});

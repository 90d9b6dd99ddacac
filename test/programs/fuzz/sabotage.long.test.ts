import { expect, test } from 'vitest';
import { fuzz } from './run.ts';

/** `npm run fuzz` fails for a collector with a broken guarantee. */
test.each([
  { sabotage: 'ack-early', kills: 1, problem: /^\d+ messages answered as stored are not/ },
  { sabotage: 'no-dedup', kills: 0, problem: /stored twice/ },
  { sabotage: 'no-hash', kills: 0, problem: /Sha256|in clear/ },
  { sabotage: 'no-fsync', kills: 0, problem: /log.synchronous is off/ },
  {
    sabotage: 'no-limits',
    kills: 0,
    costly: ['different postal codes'],
    problem: /took \d+ ms of CPU|bytes written for each/,
  },
  { sabotage: 'trust-browser', kills: 0, problem: /^forged: \d+ reports of pages/ },
  { sabotage: 'misread-amounts', kills: 0, bodies: 1_600, problem: /^changed: / },
  { sabotage: 'odd-field-rejects', kills: 0, problem: /^lost: / },
])('$sabotage fails the run', async ({ sabotage, kills, costly = 0, bodies = 400, problem }) => {
  const { problems } = await fuzz({
    seed: 20_260_301,
    limitMs: 150_000,
    bodies,
    kills,
    costly,
    sabotage,
  });
  expect(problems).toContainEqual(expect.stringMatching(problem));
});

import { describe, expect, test } from 'vitest';
import { createDatabase } from '../support/database-server.ts';
import { serverOf } from '../support/engine-for-tests.ts';
import { beganFirstCommitsLast, collectorsOn, countsWhatOthersStored, stoodStill } from './hazards.ts';

describe('several collectors without one of their guards break what it guards', () => {
  const server = serverOf('postgres');

  test.each([
    { sabotage: 'no-fence', hazard: stoodStill },
    { sabotage: 'no-log-lock', hazard: beganFirstCommitsLast },
    { sabotage: 'no-version', hazard: countsWhatOthersStored },
  ])('$sabotage', async ({ sabotage, hazard }) => {
    const { url: databaseUrl } = await createDatabase(server()?.url ?? '');
    await expect(hazard(collectorsOn({ databaseUrl, schema: 'honest' }))).resolves.toBeUndefined();
    await expect(hazard(collectorsOn({ databaseUrl, schema: 'sabotaged' }, sabotage))).rejects.toThrow();
  });
});

import { describe, test } from 'vitest';
import { tempDir } from '../../support/temp-dir.ts';
import { measureGrowth } from './growth.ts';
import { measureStatistics } from './statistics.ts';
import { runWebhooks } from './webhooks.ts';

const quiet = () => {};

/** Each is mostly processes that start, so they run beside one another. */
describe.concurrent('short forms', () => {
  test('what the statistics consumer counted is what was in the log', async ({ expect, onTestFinished }) => {
    const { figures, audit } = await measureStatistics(
      { rounds: 1, events: 1000 },
      tempDir(onTestFinished),
      quiet,
    );
    expect(audit.broken).toEqual([]);
    expect(figures[0]?.goal?.reached).toBeGreaterThan(0);
  });

  test('sixteen times the visitors need about sixteen times the room', async ({ expect, onTestFinished }) => {
    const { figures } = await measureGrowth({ visitors: [500, 2000, 8000] }, tempDir(onTestFinished), quiet);
    const slopeOf = (start: string) => figures.find(({ what }) => what.startsWith(start))?.goal?.reached;
    expect(slopeOf('size')).toBeGreaterThan(0.8);
    expect(slopeOf('size')).toBeLessThan(1.1);
    // On a busy machine the goal itself is no promise; growth with the square would be.
    expect(slopeOf('time')).toBeLessThan(1.5);
  });

  // A busy machine may take four seconds by itself; not three times.
  test('while no destination answers, every webhook answered 200 is in the log once, and soon answered', {
    retry: 2,
  }, async ({ expect, onTestFinished }) => {
    const dataDir = tempDir(onTestFinished);
    const run = { dataDir, isStalled: true, seconds: 1, warmUpSeconds: 0 };
    const { result, audit } = await runWebhooks(run);
    expect(audit).toEqual({ promised: 200, broken: [] });
    expect(result.maxMs).toBeLessThan(4000);
  });

  test('a collector that answers webhooks before they are stored fails it', async ({
    expect,
    onTestFinished,
  }) => {
    const run = { isStalled: false, seconds: 1.5, warmUpSeconds: 0, killAfterSeconds: 1 };
    let broken = '';
    // A kill may hit the moment in which all that was answered has just been stored; not five times.
    for (let tries = 0; broken === '' && tries < 5; tries++) {
      const dataDir = tempDir(onTestFinished);
      const { audit } = await runWebhooks({ ...run, dataDir, sabotage: 'ack-early' });
      broken = audit.broken.join('; ');
    }
    expect(broken).toMatch(/answered 200 but not in the log/);
  });
});

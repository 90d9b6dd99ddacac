import { describe, test } from 'vitest';
import { tempDir } from '../../support/temp-dir.ts';
import { measureGrowth } from './growth.ts';
import { measureStatistics } from './statistics.ts';
import { runWebhooks } from './webhooks.ts';

const silent = () => {};

/** Most of their time is process start, so they run concurrently. */
describe.concurrent('short forms', () => {
  test('the statistics consumer counts what is in the log', async ({ expect, onTestFinished }) => {
    const { figures, audit } = await measureStatistics(
      { rounds: 1, events: 1000 },
      tempDir(onTestFinished),
      silent,
    );
    expect(audit.broken).toEqual([]);
    expect(figures[0]?.goal?.reached).toBeGreaterThan(0);
  });

  test('sixteen times the visitors need about sixteen times the disk space', async ({
    expect,
    onTestFinished,
  }) => {
    const { figures } = await measureGrowth({ visitors: [500, 2000, 8000] }, tempDir(onTestFinished), silent);
    const slopeOf = (start: string) => figures.find(({ what }) => what.startsWith(start))?.goal?.reached;
    expect(slopeOf('size')).toBeGreaterThan(0.8);
    expect(slopeOf('size')).toBeLessThan(1.1);
    // Looser than the goal of the bench, for busy machines; quadratic growth still fails.
    expect(slopeOf('time')).toBeLessThan(1.5);
  });

  test('while no destination answers, every webhook answered with 200 is in the log once, and answered soon', async ({
    expect,
    onTestFinished,
  }) => {
    const dataDir = tempDir(onTestFinished);
    const run = { dataDir, isStalled: true, seconds: 1, warmUpSeconds: 0 };
    const { result, audit } = await runWebhooks(run);
    expect(audit).toEqual({ promised: 200, broken: [] });
    // Below the time-out of a request to a destination, whatever else the machine is doing.
    expect(result.maxMs).toBeLessThan(9000);
  });

  test('a collector that answers webhooks before they are stored fails the bench', async ({
    expect,
    onTestFinished,
  }) => {
    const run = { isStalled: false, seconds: 1.5, warmUpSeconds: 0, killAfterSeconds: 1 };
    const dataDir = tempDir(onTestFinished);
    const { audit } = await runWebhooks({ ...run, dataDir, sabotage: 'ack-early' });
    expect(audit.broken.join('; ')).toMatch(/answered 200 but not in the log/);
  });
});

// @module-tag slow
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { CONSUMERS, caughtUp, openSearch } from '../../support/search.ts';
import { tempDir } from '../../support/temp-dir.ts';

const HOUR_MS = 3_600_000;

/** Writes for so long, and is killed while the index follows. */
async function writeAndKill(dataDir: string, batches: number): Promise<void> {
  const script = new URL('../../support/search-writer.ts', import.meta.url).pathname;
  const writer = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void writer.kill('SIGKILL'));
  let left = batches;
  createInterface({ input: writer.stdout }).on('line', () => --left === 0 && writer.kill('SIGKILL'));
  await once(writer, 'exit');
}

test('after a kill the index catches up: each event and each outcome is in it once', {
  timeout: 180_000,
}, async () => {
  const dataDir = tempDir();
  for (const batches of [3, 17, 30]) await writeAndKill(dataDir, batches);
  const clock = { nowMs: Date.now() };
  const parts = await openSearch({ consumers: CONSUMERS.slice(0, 1) }, { dataDir, clock });
  await caughtUp(parts);
  const store = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
  const stored = (sql: string) => Number(store.prepare(sql).get()?.n);
  const events = stored('SELECT count(*) AS n FROM events');
  const waiting =
    stored('SELECT count(*) AS n FROM deliveries') +
    stored('SELECT count(*) AS n FROM events WHERE seq > (SELECT cursor FROM consumers)');
  store.close();
  const day = { fromMs: clock.nowMs - HOUR_MS, toMs: clock.nowMs + HOUR_MS, stepMs: HOUR_MS };
  const received = Date.parse('2026-03-01T00:00:00Z');
  const ofEvents = await parts.search.series({ ...day, fromMs: received, toMs: received + HOUR_MS });
  const { deliveries } = await parts.search.series(day);
  const sum = (points: readonly number[] = []) => points.reduce((all, one) => all + one, 0);
  expect(sum(ofEvents.events[0]?.points)).toBe(events);
  expect(sum(deliveries[0]?.delivered) + sum(deliveries[0]?.skipped)).toBe(events - waiting);
  const [skipped] = await parts.search.groups({});
  expect(skipped?.count).toBe(sum(deliveries[0]?.skipped));
  const index = new DatabaseSync(join(dataDir, 'search.db'), { readOnly: true });
  expect(index.prepare('SELECT count(*) AS n FROM events').get()?.n).toBe(events);
  expect(index.prepare('SELECT count(*) AS n FROM outcomes').get()?.n).toBe(events - waiting);
  expect(index.prepare('SELECT count(DISTINCT seq) AS n FROM keys').get()?.n).toBe(events);
  index.close();
});

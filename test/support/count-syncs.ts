import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** On PATH, and allowed to. */
export const canTrace = (): boolean =>
  spawnSync('strace', ['-D', '-f', '-c', '-o', '/dev/null', 'true']).status === 0;

/** Of `strace`: counts the calls of all threads into a file. */
export const traceInto = (counts: string): string[] => [
  ...['-f', '-c', '-e', 'trace=fsync,fdatasync', '-o', counts],
];

/** How many there were. The summary is written once the last thread has ended, or is traced no more; 0 without one in 5 s. */
export async function callsIn(counts: string): Promise<number> {
  const read = () => {
    const lines = readFileSync(counts, 'utf8').split('\n');
    return lines.filter((line) => /\b(fsync|fdatasync)$/.test(line)).map((line) => line.trim().split(/\s+/));
  };
  const rows = await eventually(read, (found) => found.length > 0, 5_000).catch(() => []);
  // The fourth column counts the calls.
  return rows.reduce((sum, row) => sum + Number(row[3]), 0);
}

/** What a running process calls during some work, which takes longer meanwhile; undefined where it cannot be traced. */
export async function countSyncsOf(pid: number, work: () => Promise<void>): Promise<number | undefined> {
  if (!canTrace()) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'storebeacon-'));
  const counts = join(directory, 'counts');
  const tracer = spawn('strace', [...traceInto(counts), '-p', `${pid}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(tracer, 'exit');
  try {
    // It says that it is attached.
    await Promise.race([once(tracer.stderr, 'data'), ended]);
    await work();
    tracer.kill('SIGINT');
    await ended;
    return await callsIn(counts);
  } finally {
    tracer.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

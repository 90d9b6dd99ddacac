import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NODE, ROOT } from '../support/fleet-process.ts';
import { startProgress } from '../support/progress.ts';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** What `npm run <name> -- <args>` runs, without npm. */
function run(name: string, ...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const file = /\S+\.ts$/.exec(scripts[name] ?? '')?.[0] ?? '';
  return new Promise((resolve) => {
    execFile(NODE, [file, ...args], { cwd: ROOT, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

describe.each(['bench', 'bench:client', 'crash', 'soak', 'fuzz', 'watchdog', 'screenshots'])(
  'P13: npm run %s',
  (name) => {
    test('-- --help explains it, does nothing and exits 0', async () => {
      const { code, stdout, stderr } = await run(name, '--help');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`npm run ${name}`);
      expect(stdout.split('\n').length).toBeGreaterThan(2);
    });

    test('with an option it does not know exits 2, names it and explains the others', async () => {
      const { code, stderr, stdout } = await run(name, '--no-such-option');
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('--no-such-option');
      expect(stderr).toContain(`npm run ${name}`);
      expect(stderr).not.toMatch(/\n\s+at /);
    });
  },
);

describe('P14: progress of a long program', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is written while the program says nothing, and not beside what it says', async () => {
    const lines: string[] = [];
    const progress = startProgress((line) => void lines.push(line), 50);
    let done = 0;
    progress.doing(() => `${++done} done`);
    await vi.advanceTimersByTimeAsync(200);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines[0]).toMatch(/^ {2}… 0 s: 1 done$/);
    const quiet = lines.length;
    for (let time = 0; time < 10; time++) {
      progress.say('own');
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(lines.slice(quiet).filter((line) => line !== 'own').length).toBeLessThan(2);
    progress.stop();
    const stopped = lines.length;
    await vi.advanceTimersByTimeAsync(120);
    expect(lines).toHaveLength(stopped);
  });
});

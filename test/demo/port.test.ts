// @module-tag slow
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CHILD_ENV } from '../support/child-env.ts';
import { eventually } from '../support/eventually.ts';
import { NODE, ROOT } from '../support/fleet-process.ts';
import { freePort } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';

/** `npm run demo`, gone when the test is over. */
function runDemo(env: Record<string, string>) {
  const stored = tempDir();
  const child = spawn(NODE, [join(ROOT, 'server/commands/storebeacon.ts'), 'demo'], {
    cwd: tempDir(),
    env: { ...CHILD_ENV, TMPDIR: stored, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return { child, exited: once(child, 'exit'), output: () => output, left: () => readdirSync(stored) };
}

test('P13: with its port taken, the demo names it, listens on the next free one, and leaves nothing behind', async () => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const demo = runDemo({ PORT: String(port) });
  await eventually(demo.output, (text) => text.includes('Ctrl-C'));
  const [, next] = new RegExp(`Port ${port} is in use; the demo listens on (\\d+)`).exec(demo.output()) ?? [];
  expect(Number(next)).toBeGreaterThan(port);
  expect(demo.output()).not.toMatch(/\n\s+at /);
  const shop = await fetch(`http://127.0.0.1:${next}/demo/`);
  expect(shop.status).toBe(200);
  expect(demo.left()).toHaveLength(1);
  demo.child.kill('SIGTERM');
  expect(await demo.exited).toEqual([0, null]);
  expect(demo.left()).toEqual([]);
});

test.each(['eighty', '70000', '-1'])('PORT=%s is refused in words', async (PORT) => {
  const demo = runDemo({ PORT });
  expect(await demo.exited).toEqual([1, null]);
  expect(demo.output()).toMatch(new RegExp(`PORT is "${PORT}"; expected a whole number from 0 to 65535`));
  expect(demo.output()).not.toMatch(/\n\s+at /);
});

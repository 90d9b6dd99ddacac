// @module-tag slow
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createSandbox } from '../../server/sandbox/index.ts';
import { CHILD_ENV } from '../support/child-env.ts';
import { eventually } from '../support/eventually.ts';
import { ROOT } from '../support/fleet-process.ts';
import { freePort, spawnCollector } from '../support/process.ts';
import { basic, shopVariables, WRITE_KEY } from '../support/shop.ts';
import { tempDir } from '../support/temp-dir.ts';

const OPERATED = { PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'info' };
const MESSAGE = { type: 'track', event: 'Tea Poured', anonymousId: 'a', messageId: 'm-1' };

async function sendOne(base: string): Promise<void> {
  const response = await fetch(`${base}/v1/track`, {
    method: 'POST',
    headers: { authorization: basic(WRITE_KEY) },
    body: JSON.stringify(MESSAGE),
  });
  expect(response.status).toBe(200);
}

/** `npm start` as an operator types it; npm and everything it started are gone when the test is over. */
function npmStart(variables: Record<string, unknown>) {
  const env = { ...CHILD_ENV, HOME: tempDir(), ...OPERATED, ...variables } as Record<string, string>;
  const child: ChildProcess = spawn('npm', ['start'], { cwd: ROOT, env, detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  onTestFinished(() => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // The group is empty, as it should be.
    }
  });
  return { child, exited: once(child, 'exit'), output: () => output };
}

test('P2: SIGTERM to `npm start` drains the collector, frees the port and exits 0', async () => {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const { child, exited, output } = npmStart({ DATA_DIR: tempDir(), ...shopVariables(sandbox) });
  const line = await eventually(
    () => /.*"msg":"listening".*/.exec(output())?.[0],
    (found) => found !== undefined,
  );
  const base = `http://127.0.0.1:${JSON.parse(line ?? '').port}`;
  await sendOne(base);
  child.kill('SIGTERM');
  const [code, signal] = await exited;
  expect({ code, signal, output: output() }).toMatchObject({ code: 0, signal: null });
  await expect(fetch(`${base}/healthz`)).rejects.toThrow();
  expect(() => process.kill(-(child.pid ?? 0), 0)).toThrow('ESRCH');
});

test('P3: SIGHUP without CONFIG_FILE says that there is nothing to reload, drains, and exits 0', async () => {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const collector = await spawnCollector({
    ...shopVariables(sandbox),
    PORT: String(await freePort()),
    DATA_DIR: tempDir(),
  });
  await sendOne(collector.base);
  expect(await collector.end('SIGHUP')).toEqual({ code: 0, signal: null });
  expect(collector.said()).toContain('nothing to reload');
});

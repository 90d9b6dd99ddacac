// @module-tag slow
import { expect, onTestFinished, test } from 'vitest';
import { createSandbox } from '../../server/sandbox/index.ts';
import { ROOT } from '../support/fleet-process.ts';
import { runNpm } from '../support/npm.ts';
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

test('P2: SIGTERM to `npm start` drains the collector, frees the port and exits 0', async () => {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const variables = { ...OPERATED, DATA_DIR: tempDir(), ...shopVariables(sandbox) };
  const started = runNpm(['npm', 'start'], { cwd: ROOT, variables });
  const base = await started.listening();
  await sendOne(base);
  await started.terminate();
  await expect(fetch(`${base}/healthz`)).rejects.toThrow();
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

import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

const MODULE = new URL('../../server/lib/background-thread.ts', import.meta.url);

test.runIf(process.platform === 'linux')(
  'a thread in the background leaves the core to the others',
  async () => {
    const before = getPriority(0);
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
     const { getPriority } = require('node:os');
     import(${JSON.stringify(MODULE.href)}).then(({ runInBackground }) => {
       runInBackground();
       parentPort.postMessage(getPriority(0));
     });`,
      { eval: true },
    );
    const [priority] = await once(worker, 'message');
    await worker.terminate();

    expect(priority).toBeGreaterThan(before);
    expect(getPriority(0)).toBe(before);
  },
);

// @module-tag slow

import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSandbox } from '../../server/sandbox/index.ts';
import { eventually } from '../support/eventually.ts';
import { freePort, spawnCollector } from '../support/process.ts';
import { basic, shopVariables } from '../support/shop.ts';
import { tempDir } from '../support/temp-dir.ts';

type Shops = Record<string, Record<string, unknown>>;

/** A collector with these shops in CONFIG_FILE; each has its id as its write key. */
async function setUp(first: Shops, top: object = {}) {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const file = join(tempDir(), 'shops.json');
  const write = (shops: Shops, more: object = top) => {
    const own = Object.entries(shops).map(([id, changed]) => [
      id,
      { ...shopVariables(sandbox), WRITE_KEY: `key-of-${id}`, ...changed },
    ]);
    writeFileSync(file, JSON.stringify({ ...more, shops: Object.fromEntries(own) }));
  };
  write(first);
  const collector = await spawnCollector({
    CONFIG_FILE: file,
    PORT: String(await freePort()),
    DATA_DIR: tempDir(),
    LOG_LEVEL: 'info',
  });
  const linesWith = (text: string) =>
    collector
      .said()
      .split('\n')
      .filter((line) => line.includes(text))
      .map((line) => JSON.parse(line));
  let reloads = 0;
  /** Resolves with the line that the reload logs. */
  async function reload(text: string) {
    process.kill(collector.pid, 'SIGHUP');
    reloads += 1;
    return eventually(
      () => linesWith('"configuration '),
      (lines) => lines.length === reloads && lines.at(-1).msg.includes(text),
    ).then((lines) => lines.at(-1));
  }
  const send = (key: string, messageId: string) =>
    fetch(`${collector.base}/v1/track`, {
      method: 'POST',
      headers: { authorization: basic(key), 'content-type': 'application/json' },
      body: JSON.stringify(message(messageId)),
    }).then(({ status }) => status);
  const delivered = () =>
    (sandbox.accepted('customerio') as { messageId: string }[]).map(({ messageId }) => messageId);
  return { sandbox, file, write, collector, reload, send, delivered };
}

const message = (messageId: string) => ({
  messageId,
  event: 'Tea Poured',
  anonymousId: 'ann-0123456789-0123456789',
  context: { consent: { advertising: true, analytics: true, marketing: true } },
});

test('P3: SIGHUP adds, changes and removes shops, and not one request of many is refused', async () => {
  const { write, reload, send, collector, delivered, sandbox } = await setUp({ tea: {}, cup: {} });
  const statuses: number[] = [];
  let isOver = false;
  const sending = (async () => {
    for (let count = 0; !isOver; count++) statuses.push(await send('key-of-tea', `tea-${count}`));
  })();
  await eventually(() => statuses.length > 3, Boolean);

  // A request that has begun: its body ends after the shop is gone.
  const slow = connect(Number(new URL(collector.base).port), '127.0.0.1');
  let answer = '';
  slow.on('data', (chunk) => (answer += chunk));
  const body = JSON.stringify(message('slow'));
  slow.write(
    `POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('key-of-cup')}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
  );
  // What waits of a shop that is removed.
  await sandbox.stop('customerio');
  expect(await send('key-of-cup', 'waits')).toBe(200);

  write({ tea: {}, pot: {} });
  expect(await reload('configuration reloaded')).toMatchObject({
    ...{ added: ['pot'], removed: ['cup'], afterRestart: [] },
    shops: [{ id: 'tea' }, { id: 'pot' }],
  });
  await sandbox.restart('customerio');
  slow.write(body.slice(10));
  await eventually(
    () => answer,
    (text) => text.startsWith('HTTP/1.1 200'),
  );
  slow.destroy();
  expect([await send('key-of-pot', 'pot'), await send('key-of-cup', 'refused')]).toEqual([200, 401]);

  await eventually(delivered, (ids) => ids.includes('pot'));
  expect(delivered()).not.toContain('waits');
  write({ tea: { WRITE_KEY: 'another-key' }, cup: {} });
  await reload('configuration reloaded');
  await eventually(delivered, (ids) => ids.includes('waits') && ids.includes('slow'));
  isOver = true;
  await sending;
  expect(await send('another-key', 'tea-again')).toBe(200);
  const accepted = statuses.filter((status) => status === 200).length;
  // From the second reload on its key is another one.
  expect(new Set(statuses.slice(0, accepted))).toEqual(new Set([200]));
  expect(new Set(statuses.slice(accepted))).toEqual(new Set([401]));
  expect(await collector.end('SIGTERM')).toEqual({ code: 0, signal: null });
});

test('a file that is invalid keeps the former configuration, and the log names every problem', async () => {
  const { file, write, reload, send } = await setUp({ tea: {} });
  const before = readFileSync(file, 'utf8');
  write({ tea: { STORE_COUNTRY: 'Narnia', TIKTOK_ACESS_TOKEN: 'a-token-that-nobody-may-see' } });
  const { problems } = await reload('configuration not reloaded');
  expect(problems).toEqual([
    expect.stringContaining('TIKTOK_ACESS_TOKEN'),
    expect.stringContaining('STORE_COUNTRY'),
  ]);
  expect(JSON.stringify(problems)).not.toContain('nobody-may-see');
  expect(await send('key-of-tea', 'm-1')).toBe(200);
  writeFileSync(file, '{');
  expect((await reload('configuration not reloaded')).problems[0]).toContain('it is not JSON');
  // It is well again. What a process keeps is named, and its secrets are masked from now on.
  writeFileSync(file, before);
  write({ tea: { TIKTOK_ACCESS_TOKEN: 'another-token-of-tiktok' } }, { MAXMIND_FILE: '/no/such/file' });
  expect((await reload('configuration not reloaded')).problems).toEqual([
    expect.stringContaining('MAXMIND_FILE'),
  ]);
  expect(await send('key-of-tea', 'm-2')).toBe(200);
  write({ tea: {}, pot: {} }, { MAX_CONNECTIONS: 500, RETENTION_DAYS: 10 });
  expect(await reload('configuration reloaded')).toMatchObject({
    ...{ added: ['pot'], afterRestart: ['MAX_CONNECTIONS'] },
  });
  expect([await send('key-of-tea', 'm-3'), await send('key-of-pot', 'm-4')]).toEqual([200, 200]);
});

// @module-tag slow
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { freePort, spawnCollector } from '../support/process.ts';
import { basic, SHOP_POLICY, WRITE_KEY } from '../support/shop.ts';
import { tempDir } from '../support/temp-dir.ts';

/** The collector's sources with the README's destination added as it asks: one folder, one entry of the registry. */
function sourcesWithNewDestination(): string {
  const copy = tempDir();
  for (const part of ['server', 'shared', 'package.json'])
    cpSync(part, join(copy, part), { recursive: true });
  for (const part of ['node_modules', 'client']) symlinkSync(join(process.cwd(), part), join(copy, part));
  const folder = join(copy, 'server/destinations');
  const [, code = ''] = /```ts\n(.*?)```/s.exec(readFileSync(join(folder, 'README.md'), 'utf8')) ?? [];
  mkdirSync(join(folder, 'eventlog'));
  writeFileSync(join(folder, 'eventlog/index.ts'), code);
  const registry = join(folder, 'registry.ts');
  const before = readFileSync(registry, 'utf8');
  const after = before.replace('erase(shopline)]', 'erase(shopline), erase(eventLog)]');
  writeFileSync(registry, `import { eventLog } from './eventlog/index.ts';\n${after}`);
  return copy;
}

/** An API that accepts everything. */
async function startEventLog() {
  const bodies: { sent_at: number; events: object[] }[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(JSON.parse(await text(request)));
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events` };
}

test('a new destination is one folder and one line of the registry: it is configured, delivered to and watched', async () => {
  const copy = sourcesWithNewDestination();
  const { bodies, url } = await startEventLog();
  const collector = await spawnCollector(
    {
      PORT: String(await freePort()),
      DATA_DIR: tempDir(),
      WRITE_KEY,
      ...SHOP_POLICY,
      CONSENT_DEFAULT: 'granted',
      EVENTLOG_URL: url,
    },
    { entry: join(copy, 'server/commands/storebeacon.ts') },
  );
  const track = (messageId: string, integrations = {}) =>
    fetch(`${collector.base}/v1/track`, {
      method: 'POST',
      headers: { authorization: basic(WRITE_KEY), 'content-type': 'application/json' },
      body: JSON.stringify({ messageId, event: 'Product Viewed', anonymousId: 'a-1', integrations }),
    });
  const before = Date.now();
  await track('switched-off', { 'event log': false });
  await track('m-1');
  await eventually(
    () => bodies,
    ({ length }) => length > 0,
  );
  expect(bodies.flatMap(({ events }) => events)).toEqual([{ id: 'm-1', event: 'Product Viewed' }]);
  expect(bodies[0]?.sent_at).toBeGreaterThanOrEqual(before);
  const { destinations } = await eventually(
    () => collector.status(),
    (status) => status.destinations.every(({ waiting }) => waiting === 0),
  );
  expect(destinations).toEqual([expect.objectContaining({ consumer: 'eventlog@shop', deadLetters: 0 })]);
});

test('its variables are checked as those of every destination are', async () => {
  const copy = sourcesWithNewDestination();
  const variables = {
    PORT: String(await freePort()),
    DATA_DIR: tempDir(),
    WRITE_KEY,
    ...SHOP_POLICY,
    EVENTLOG_ULR: 'http://127.0.0.1:1/',
  };
  await expect(
    spawnCollector(variables, { entry: join(copy, 'server/commands/storebeacon.ts') }),
  ).rejects.toThrow(
    /EVENTLOG_ULR is not a known variable; did you mean EVENTLOG_URL.*Event Log: EVENTLOG_URL/s,
  );
});

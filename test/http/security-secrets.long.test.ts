import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../server/observe/log.ts';
import { createSandbox, type Fault } from '../../server/sandbox/index.ts';
import { CHILD_ENV } from '../support/child-env.ts';
import { createFastClock } from '../support/clock.ts';
import { type Collector, eventually, shopVariables, startCollector } from '../support/collector.ts';
import { textOfFiles } from '../support/files.ts';
import { exchange } from '../support/http.ts';
import { selfSigned } from '../support/self-signed.ts';
import { tempDir } from '../support/temp-dir.ts';

/** One for every variable that holds a secret, with signs that JSON and URLs spell differently. */
const SECRETS = {
  ADMIN_TOKEN: 'canary-admin-"\\/+token',
  PII_KEY: Buffer.from('canary-of-exactly-thirty-two-byt').toString('base64'),
  TIKTOK_ACCESS_TOKEN: 'canary-tiktok-"\\/+token',
  CUSTOMERIO_API_KEY: 'canary-customerio-"\\/+key',
  SHOPLINE_ACCESS_TOKEN: 'canary-shopline-"\\/+token',
  CUSTOMERIO_WEBHOOK_SIGNING_KEY: 'canary-customerio-signing',
  SHOPLINE_APP_KEY: 'canary-shopline-app-key',
  SHOPLINE_APP_SECRET: 'canary-shopline-app-secret',
};
const base64 = (text: string) => Buffer.from(text).toString('base64');
const spellingsOf = (secret: string) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  encodeURIComponent(secret),
  base64(secret).replace(/=+$/, ''),
  base64(`${secret}:`).replace(/=+$/, ''),
];

function expectNoSecret(places: Record<string, string>): void {
  const found = Object.entries(SECRETS).flatMap(([name, secret]) =>
    Object.entries(places)
      .filter(([, text]) => spellingsOf(secret).some((spelling) => text.includes(spelling)))
      .map(([place]) => `${name} in ${place}`),
  );
  expect(found).toEqual([]);
}
const order = (id: string) => ({
  event: 'Order Completed',
  userId: `u-${id}`,
  messageId: id,
  context: { traits: { email: 'alice@shop.example' } },
  properties: { order_id: id, value: 960 },
});

/** Answers that quote what we sent to prove who we are, in the ways the classifiers read words. */
function quoting(secret: string): Fault[] {
  const words = `token ${secret} (Basic ${base64(`${secret}:`)}, ${encodeURIComponent(secret)}) is wrong`;
  return [
    { status: 401, body: { code: 40105, message: words, errors: words, meta: { error: words } } },
    { body: { code: 40002, message: words, errors: [words], meta: { errors: [words] } } },
    { status: 400, body: { code: 400, message: words, errors: { token: words }, meta: { error: words } } },
    { status: 500, body: `<html>${words}</html>` },
    { status: 200, headers: { traceid: 'trace' }, body: words },
    {
      status: 302,
      headers: { location: `https://elsewhere.example/?${encodeURIComponent(secret)}` },
      body: words,
    },
    { status: 200, body: { data: words }, reset: 'mid-body' },
  ].map((fault) => ({ ...fault, times: 1 }) as Fault);
}

/** Every question that somebody might ask, right or wrong. */
async function askEverything({ base, post }: Collector): Promise<string> {
  const wrong = { authorization: `Bearer x${SECRETS.ADMIN_TOKEN.slice(8)}` };
  const right = { authorization: `Bearer ${SECRETS.ADMIN_TOKEN}` };
  const answers: { headers: unknown; body: Buffer }[] = [];
  for (const headers of [{}, wrong, right, { ...right, origin: 'https://evil.example' }])
    for (const path of [
      '/admin/status',
      '/admin/dead-letters?limit=x',
      '/admin/nothing',
      '/metrics',
      '/nothing',
    ])
      answers.push(await exchange(base, path, { headers: headers as Record<string, string> }));
  for (const path of [
    '/openapi.json',
    '/readyz',
    '/healthz',
    '/s.js',
    '/v1/projects/test-write-key/settings',
    '/%',
  ])
    answers.push(await exchange(base, path));
  for (const body of ['{', '{}', '[]', '{"batch":[{}]}', '{"event":1,"userId":{}}'])
    for (const path of ['/v1/track', '/v1/batch']) {
      const response = await post(path, body, { 'x-strict-mode': '1' });
      answers.push({ headers: [...response.headers], body: Buffer.from(await response.text()) });
    }
  for (const body of ['{', '{"ids":"x"}', '{"consumer":"nobody"}'])
    answers.push(
      await exchange(base, '/admin/dead-letters/replay', {
        method: 'POST',
        headers: { ...right, 'content-type': 'application/json' },
        body,
      }),
    );
  return answers.map(({ headers, body }) => JSON.stringify(headers) + body.toString()).join('\n');
}

async function startWithCanaries() {
  const clock = createFastClock(100);
  const sandbox = await createSandbox({
    clock: clock.now,
    credentials: {
      tiktok: { accessToken: SECRETS.TIKTOK_ACCESS_TOKEN },
      customerio: { apiKey: SECRETS.CUSTOMERIO_API_KEY },
      shopline: { accessToken: SECRETS.SHOPLINE_ACCESS_TOKEN },
    },
  });
  onTestFinished(() => sandbox.close());
  const lines: string[] = [];
  // These lines are not redacted: no log call may receive a secret in the first place.
  const logger = createLogger({ level: 'trace', write: (line) => lines.push(line), redact: (line) => line });
  const collector = await startCollector({ ...SECRETS, CUSTOMERIO_PII: 'raw' }, { sandbox, clock, logger });
  return { collector, lines, sandbox };
}

test('an API that quotes our credentials brings them neither to the log, nor to the disk, nor to an answer', async () => {
  const { collector, lines, sandbox } = await startWithCanaries();
  sandbox.setFaults('tiktok', quoting(SECRETS.TIKTOK_ACCESS_TOKEN));
  sandbox.setFaults('customerio', quoting(SECRETS.CUSTOMERIO_API_KEY));
  sandbox.setFaults('shopline', quoting(SECRETS.SHOPLINE_ACCESS_TOKEN));
  const right = { authorization: `Bearer ${SECRETS.ADMIN_TOKEN}` };
  const read = async (path: string) =>
    JSON.parse((await exchange(collector.base, path, { headers: right })).body.toString());
  for (let id = 0; id < 8; id++) {
    await collector.post('/v1/track', order(`order-${id}`));
    await eventually(
      () => read('/admin/status'),
      ({ destinations }) => destinations.every(({ waiting }: { waiting: number }) => waiting === 0),
    );
  }
  const { deadLetters } = await read('/admin/dead-letters');
  expect(deadLetters.length).toBeGreaterThanOrEqual(2);
  expect(JSON.stringify(deadLetters)).toContain('is wrong');
  expect(lines.filter((line) => line.includes('is wrong')).length).toBeGreaterThanOrEqual(3);
  const answers = await askEverything(collector);
  expectNoSecret({
    'log lines': lines.join(''),
    answers,
    'dead letters': JSON.stringify(deadLetters),
    disk: textOfFiles(collector.dataDir),
  });
});

test('an API that cannot be reached, or cannot be trusted, makes nobody say a secret', async () => {
  const impostor = createServer(selfSigned(), (_request, response) => response.end('{}')).listen(
    0,
    '127.0.0.1',
  );
  await once(impostor, 'listening');
  onTestFinished(() => void impostor.close());
  const { port } = impostor.address() as { port: number };
  const dataDir = tempDir();
  const said = await run(
    {
      TIKTOK_ENDPOINT: `https://127.0.0.1:${port}`,
      CUSTOMERIO_ENDPOINT: 'http://127.0.0.1:9',
      DATA_DIR: dataDir,
    },
    async (base) => {
      await fetch(`${base}/v1/track?writeKey=test-write-key`, {
        method: 'POST',
        body: JSON.stringify(order('1')),
      });
    },
    (output) => /DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED/.test(output) && /ECONNREFUSED/.test(output),
  );
  expectNoSecret({ output: said, disk: textOfFiles(dataDir) });
});

test.each([
  ['a data directory that is a file', () => ({ DATA_DIR: fileInTheWay() })],
  ['a file of settings that is none', () => ({ CONFIG_FILE: fileInTheWay() })],
  ['a wrong value beside them', () => ({ PORT: 'x', LOG_LEVEL: 'loud', TIKTOK_EVENTS: '{' })],
  [
    'wrong values in their place',
    () => ({ PII_KEY: SECRETS.ADMIN_TOKEN, CUSTOMERIO_API_KEY: `${SECRETS.ADMIN_TOKEN}:` }),
  ],
])('a start that fails on %s says no secret', async (_what, variables) => {
  const said = await run({ DATA_DIR: tempDir(), ...variables() });
  expect(said).not.toBe('');
  expectNoSecret({ output: said });
});

function fileInTheWay(): string {
  const path = join(tempDir(), 'file');
  writeFileSync(path, JSON.stringify({ shops: { a: SECRETS } }).slice(0, -3));
  return path;
}

/** The program as an operator runs it: everything it said, until it ended or said enough. */
async function run(
  variables: Record<string, string>,
  whenUp?: (base: string) => Promise<void>,
  saidEnough: (output: string) => boolean = () => false,
): Promise<string> {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const env = {
    ...CHILD_ENV,
    ...(shopVariables(sandbox) as Record<string, string>),
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'trace',
    ...SECRETS,
    CUSTOMERIO_PII: 'raw',
    ORDER_MERGE_SECONDS: '0',
    ...variables,
  };
  const child = spawn(process.execPath, ['server/commands/storebeacon.ts', 'start'], { env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const ended = once(child, 'exit');
  if (!whenUp) {
    await ended;
    return said;
  }
  const port = await eventually(
    () => /"port":(\d+)/.exec(said)?.[1],
    (found) => found !== undefined,
  );
  await whenUp(`http://127.0.0.1:${port}`);
  await eventually(() => said, saidEnough);
  child.kill('SIGTERM');
  await ended;
  return said;
}

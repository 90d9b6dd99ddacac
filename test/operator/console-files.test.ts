import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { answerErrors, notFound } from '../../server/http/error-handler.ts';
import { createCounters } from '../../server/observe/counters.ts';
import { consoleFiles } from '../../server/operator/console/files.ts';
import { exchange } from '../support/http.ts';
import { tempDir } from '../support/temp-dir.ts';

const SCRIPT = 'console.log(1)';
const logger = { info: () => {}, warn: () => {}, error: () => {} };

async function serve(directory: string): Promise<string> {
  const app = express()
    .disable('etag')
    .use(consoleFiles(pathToFileURL(`${directory}/`)));
  const server = app
    .use(notFound)
    .use(answerErrors({ logger, counters: createCounters(), clock: Date }))
    .listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

async function built(): Promise<string> {
  const directory = tempDir(onTestFinished);
  mkdirSync(`${directory}/console`);
  writeFileSync(`${directory}/secret.js`, 'secret');
  writeFileSync(`${directory}/console/index.html`, '<!doctype html>');
  writeFileSync(`${directory}/console/console.js`, SCRIPT);
  writeFileSync(`${directory}/console/console.js.br`, brotliCompressSync(SCRIPT));
  writeFileSync(`${directory}/console/chunk-0a1b2c3d.js`, SCRIPT);
  return serve(`${directory}/console`);
}

test('the page is at /console/, so that its relative addresses work behind any prefix', async () => {
  const base = await built();
  const { status, headers } = await exchange(base, '/console');
  expect([status, headers.location]).toEqual([302, 'console/']);
  const page = await exchange(base, '/console/');
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
});

test('files are asked for anew by ETag, and kept where their name has a hash', async () => {
  const base = await built();
  const first = await exchange(base, '/console/console.js');
  expect(first.body.toString()).toBe(SCRIPT);
  expect(first.headers['cache-control']).toBe('private, no-cache');
  const again = await exchange(base, '/console/console.js', {
    headers: { 'if-none-match': first.headers.etag ?? '' },
  });
  expect([again.status, again.body.length]).toEqual([304, 0]);
  const hashed = await exchange(base, '/console/chunk-0a1b2c3d.js');
  expect(hashed.headers['cache-control']).toMatch(/immutable/);
});

test('compressed where the browser takes it', async () => {
  const base = await built();
  const { headers } = await exchange(base, '/console/console.js', {
    headers: { 'accept-encoding': 'gzip, br' },
  });
  expect([headers['content-encoding'], headers.vary]).toEqual(['br', 'Accept-Encoding']);
});

test.each([
  '/console/none.js',
  '/console/../secret.js',
  '/console/%2e%2e/secret.js',
  '/console/..%2fsecret.js',
  '/console/console.js.br',
])('%s: 404', async (path) => {
  expect((await exchange(await built(), path)).status).toBe(404);
});

test('before it is built: 503 with what to do', async () => {
  const base = await serve(`${tempDir(onTestFinished)}/none`);
  const { status, body } = await exchange(base, '/console/');
  expect([status, JSON.parse(body.toString()).message]).toEqual([
    503,
    expect.stringMatching(/npm run build/),
  ]);
});

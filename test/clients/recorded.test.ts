// @module-tag slow
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.ts';
import { exchange } from '../support/http.ts';
import { expectArrived } from './arrived.ts';
import { RECORDINGS } from './recordings.ts';

test.each(Object.entries(RECORDINGS))('what %s sends is taken as it is', async (client, { requests }) => {
  const collector = await startCollector();

  for (const { method, path, headers, body } of requests) {
    const bytes = headers['content-encoding'] === 'gzip' ? gzipSync(body) : Buffer.from(body);
    const answer = await exchange(collector.base, path, { method, headers, body: bytes });

    expect(answer.status, answer.body.toString()).toBe(200);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ success: true, rejected: [] });
  }

  await expectArrived(collector, client);
});

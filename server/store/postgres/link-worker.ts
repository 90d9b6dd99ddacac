import { type MessagePort, workerData } from 'node:worker_threads';
import pg, { type QueryConfig, type QueryResult } from 'pg';
import type { LinkAnswer, LinkData, LinkRequest } from './link.ts';

/** `bigint` and `boolean` as SQLite gives them: numbers. */
const INT8 = 20;
const BOOL = 16;
const NUMERIC = 1700;
const types = new pg.TypeOverrides();
types.setTypeParser(INT8, Number);
types.setTypeParser(NUMERIC, Number);
types.setTypeParser(BOOL, (value: string) => Number(value === 't'));

const { port, signal, url, settings } = workerData as LinkData & { port: MessagePort };
const answered = new Int32Array(signal);
let client: pg.Client | undefined;

/** Sends every statement before the first answer has arrived: one round trip. */
async function runAll({ statements }: LinkRequest): Promise<LinkAnswer> {
  try {
    const connection = await connected();
    const sent = statements.map(({ text, values }) =>
      connection.query({ text, values, types } as QueryConfig),
    );
    const results = await Promise.allSettled(sent);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) return { failure: toFailure(failed.reason) };
    const last = results.at(-1);
    const { rows, rowCount } = last?.status === 'fulfilled' ? (last.value as QueryResult) : EMPTY;
    return { rows, changes: rowCount ?? 0 };
  } catch (error) {
    return { failure: toFailure(error) };
  }
}
const EMPTY = { rows: [], rowCount: 0 };

async function connected(): Promise<pg.Client> {
  if (client) return client;
  const opened = new pg.Client({
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    pipeline: true,
  });
  opened.on('error', () => {
    if (client === opened) client = undefined;
  });
  await opened.connect();
  for (const sql of settings) await opened.query(sql);
  client = opened;
  return opened;
}

function toFailure(error: unknown) {
  const { message, code } = error as { message?: string; code?: string };
  return { message: message ?? String(error), code };
}

port.on('message', async (request: LinkRequest) => {
  const answer = request.isEnd ? await end() : await runAll(request);
  port.postMessage(answer);
  Atomics.store(answered, 0, request.id);
  Atomics.notify(answered, 0);
  if (request.isEnd) port.close();
});

async function end(): Promise<LinkAnswer> {
  await client?.end().catch(() => {});
  return { rows: [], changes: 0 };
}

import { type MessagePort, workerData } from 'node:worker_threads';
import pg, { type QueryConfig, type QueryResult } from 'pg';
import {
  ANSWER_MS,
  clientOptions,
  keepsStatements,
  sessionSettings,
  transactionSettings,
  types,
} from './client.ts';
import type { LinkAnswer, LinkData, LinkRequest, Statement } from './link.ts';

const LOST = {
  message: 'the connection to PostgreSQL was lost during a transaction',
  code: '08006',
};

const { port, signal, url, schema } = workerData as LinkData & { port: MessagePort };
const answered = new Int32Array(signal);
interface Connected {
  client: pg.Client;
  /** It is the server's own: what is prepared and set on it stays. */
  isKept: boolean;
}
let current: Connected | undefined;

async function connected(): Promise<Connected> {
  if (current) return current;
  const client = new pg.Client({ ...clientOptions(url), pipeline: true });
  const drop = () => {
    if (current?.client === client) current = undefined;
  };
  client.on('error', drop);
  client.on('end', drop);
  await client.connect();
  const isKept = await keepsStatements(client);
  if (isKept) await client.query(sessionSettings(schema));
  current = { client, isKept };
  return current;
}

/** Sends every statement before the first answer has arrived: one round trip. */
async function run({
  statements,
  isBegin,
  answer = statements.length - 1,
}: LinkRequest): Promise<LinkAnswer> {
  if (!isBegin && !current) return { failure: LOST };
  try {
    const { client, isKept } = await connected();
    const { stream } = client.connection;
    // In as few packets as hold them.
    stream.cork();
    const all = isBegin && !isKept ? withSettings(statements) : statements;
    const sent = all.map(({ name, text, values }) =>
      client.query({ ...(isKept && name && { name }), text, values, types } as QueryConfig),
    );
    stream.uncork();
    const results = await inTime(client, Promise.allSettled(sent));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) return { failure: toFailure(failed.reason) };
    const wanted = results[answer];
    const { rows, rowCount } = wanted?.status === 'fulfilled' ? (wanted.value as QueryResult) : EMPTY;
    return { rows, changes: rowCount ?? 0 };
  } catch (error) {
    return { failure: toFailure(error) };
  }
}
const withSettings = ([begin, ...rest]: readonly Statement[]): Statement[] =>
  begin ? [{ ...begin, text: `${begin.text}; ${transactionSettings(schema)}` }, ...rest] : [];
const EMPTY = { rows: [], rowCount: 0 };

async function inTime<T>(client: pg.Client, answers: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    if (current?.client === client) current = undefined;
    client.connection.stream.destroy();
  }, ANSWER_MS);
  try {
    return await answers;
  } finally {
    clearTimeout(timer);
  }
}

function toFailure(error: unknown) {
  const { message, code } = error as { message?: string; code?: string };
  return { message: message || String(code ?? error), code };
}

async function end(): Promise<LinkAnswer> {
  await current?.client.end().catch(() => {});
  return { rows: [], changes: 0 };
}

port.on('message', async (request: LinkRequest) => {
  const answer = request.isEnd ? await end() : await run(request);
  port.postMessage(answer);
  Atomics.store(answered, 0, request.id);
  Atomics.notify(answered, 0);
  if (request.isEnd) port.close();
});

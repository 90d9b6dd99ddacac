import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
  }
}

/** One server for all tests that ask for it: that of `DATABASE_URL`, else one of this machine that ends with the run. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const given = process.env.DATABASE_URL;
  const server =
    given === undefined
      ? await startPostgres({
          fsync: 'off',
          full_page_writes: 'off',
          autovacuum: 'off',
          jit: 'off',
          max_connections: '200',
        })
      : undefined;
  provide('postgresUrl', given ?? server?.url ?? '');
  return () => {
    server?.stop('immediate');
    server?.remove();
  };
}

/** A schema of this test alone, in the server of the run. */
export const ownSchema = () => ({
  databaseUrl: inject('postgresUrl'),
  schema: `test_${randomUUID().replaceAll('-', '')}`,
});

/** The URL of a database of this test alone, dropped when it is over: for whole collectors, whose schemas have fixed names. */
export async function ownDatabase(): Promise<string> {
  const server = inject('postgresUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const run = async (sql: string) => void (await onDatabase(server, sql));
  await run(`CREATE DATABASE ${name}`);
  onTestFinished(() => run(`DROP DATABASE ${name} WITH (FORCE)`));
  const url = new URL(server);
  url.pathname = name;
  return url.href;
}

/** Runs SQL on a connection of its own; returns the rows. */
export async function onDatabase(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

import { randomUUID } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import type { TestProject } from 'vitest/node';
import { createDatabase } from './database-server.ts';
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
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  onTestFinished(drop);
  return url;
}

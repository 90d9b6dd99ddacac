import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
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
      ? await startPostgres({ fsync: 'off', full_page_writes: 'off', max_connections: '200' })
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

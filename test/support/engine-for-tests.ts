import { afterAll, beforeAll } from 'vitest';
import { type DatabaseServer, type Engine, openServer } from './database-server.ts';

/**
 * For the tests of one block: what `createFleet` is given as `server`, to be asked within a test. Of PostgreSQL a server with its
 * usual settings, which tests may kill.
 */
export function serverOf(engine: Engine): () => DatabaseServer | undefined {
  let opened: Awaited<ReturnType<typeof openServer>> | undefined;
  beforeAll(async () => {
    if (engine === 'postgres') opened = await openServer();
  });
  afterAll(() => opened?.end());
  return () => opened?.server;
}

import { randomUUID } from 'node:crypto';
import { query } from './postgres-client.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

/** Where collectors store what they accept. */
export const ENGINES = ['sqlite', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

/** A PostgreSQL server with room for a database of each fleet. */
export interface DatabaseServer {
  url: string;
  /** Absent: it is the server of `DATABASE_URL`, which no program kills. */
  own?: PostgresServer;
}

/** An empty database that nobody else knows. */
export interface Database {
  url: string;
  /** Ends its connections, too. */
  drop(): Promise<void>;
}

/** @param server URL of any database of the server, of a user who may create databases. */
export async function createDatabase(server: string): Promise<Database> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await query(server, `CREATE DATABASE ${name}`);
  return {
    url: Object.assign(new URL(server), { pathname: name }).href,
    drop: async () => void (await query(server, `DROP DATABASE ${name} WITH (FORCE)`)),
  };
}

/**
 * The server of `DATABASE_URL`; without one, a server of its own with PostgreSQL's usual settings.
 *
 * @returns with `end`, which stops and removes one of its own, as the end of this process does.
 */
export async function openServer(): Promise<{ server: DatabaseServer; end(): void }> {
  const given = process.env.DATABASE_URL;
  if (given !== undefined) return { server: { url: given }, end() {} };
  const own = await startPostgres();
  const remove = () => {
    own.stop('immediate');
    own.remove();
  };
  process.once('exit', remove);
  return {
    server: { url: own.url, own },
    end() {
      process.off('exit', remove);
      remove();
    },
  };
}

/** Runs `work` on an engine: for PostgreSQL with a server that ends when `work` does. */
export async function onEngine<Result>(
  engine: Engine,
  work: (server: DatabaseServer | undefined) => Promise<Result>,
): Promise<Result> {
  if (engine === 'sqlite') return work(undefined);
  const { server, end } = await openServer();
  try {
    return await work(server);
  } finally {
    end();
  }
}

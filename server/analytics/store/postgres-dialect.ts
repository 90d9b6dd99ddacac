import { CompiledQuery, PostgresDialect, PostgresDriver, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { PostgresError } from '../../store/errors.ts';
import {
  ANSWER_MS,
  clientOptions,
  keepsStatements,
  transactionSettings,
  types,
} from '../../store/postgres/client.ts';
import { lockNumberOf } from '../../store/postgres/transactions.ts';
import { toStorable } from '../../store/storable.ts';

const CONNECTIONS = 2;
/** Lists of different length make different statements: only so many are prepared. */
const MOST_PREPARED = 300;

/** A connection that is lost fails what uses it; the next transaction opens another. */
export function openPool(url: string): pg.Pool {
  const options = {
    ...clientOptions(url),
    max: CONNECTIONS,
    types,
    query_timeout: ANSWER_MS,
  };
  const ignore = () => {};
  return new pg.Pool(options).on('error', ignore).on('connect', (client) => client.on('error', ignore));
}

/** Kysely over a pool whose transactions run one after the other, those of other processes included. */
export function postgresDialect(pool: pg.Pool, schema: string): PostgresDialect {
  const settings = transactionSettings(schema);
  const lock = `SELECT pg_advisory_xact_lock(${lockNumberOf(schema)})`;
  class Driver extends PostgresDriver {
    override async beginTransaction(...[connection, begin]: Parameters<PostgresDriver['beginTransaction']>) {
      await super.beginTransaction(connection, begin);
      await connection.executeQuery(CompiledQuery.raw(`${settings}; ${lock}`));
    }
  }
  const config = {
    pool: {
      options: pool.options,
      async connect() {
        const client = await pool.connect().catch(rethrow);
        return withErrors(client).catch((error) => {
          client.release(true);
          throw error;
        });
      },
      end: () => pool.end(),
    },
  };
  return Object.assign(new PostgresDialect(config), {
    createDriver: () => new Driver(config),
  });
}

const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();

/** Errors of the database are told from errors of the program. */
async function withErrors(client: pg.PoolClient): Promise<PostgresPoolClient> {
  const known = clients.get(client);
  if (known) return known;
  const names = createNames((await keepsStatements(client).catch(rethrow)) ? MOST_PREPARED : 0);
  const query = (text: string, values: readonly unknown[]) =>
    client.query({ ...names(text, values), text, values: values.map(toStorable) }).catch(rethrow);
  const wrapped: PostgresPoolClient = {
    query: query as never,
    release: (error) => client.release(error),
  };
  clients.set(client, wrapped);
  return wrapped;
}

/** By its name a statement is parsed and planned once. Several statements in one text have no values, and no name. */
function createNames(most: number): (text: string, values: readonly unknown[]) => { name?: string } {
  const known = new Map<string, { name: string }>();
  return (text, values) => {
    const found = known.get(text);
    if (found || values.length === 0 || known.size >= most) return found ?? {};
    const named = { name: `s${known.size}` };
    known.set(text, named);
    return named;
  };
}

function rethrow(error: { message?: string; code?: string }): never {
  throw new PostgresError(error.message || String(error.code ?? error), error.code);
}

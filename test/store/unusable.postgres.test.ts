// @module-tag slow
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import { examineDatabase } from '../../server/store/postgres/examine.ts';
import { problemsOf } from '../../server/store/postgres/facts.ts';
import { CONNECTIONS_NEEDED, unusable } from '../../server/store/postgres/problem-of.ts';
import { VERSION } from '../../server/store/sqlite/schema.ts';
import { LEAST } from '../config/support.ts';
import { type Collector, eventually, startCollector } from '../support/collector.ts';
import { launchProcess } from '../support/fleet-process.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { selfSigned } from '../support/self-signed.ts';
import { tempDir } from '../support/temp-dir.ts';

/** With all that has a meaning in a URL. */
const PASSWORD = 'p% w/o?r#d@:ü';
const IN_URL = encodeURIComponent(PASSWORD);
/** Roles that begin with `secret` have to know it, and those with `tls` to come by TLS. */
const HBA = `
  host    all /^secret all scram-sha-256
  hostssl all /^tls    all trust
  hostnossl all /^tls  all reject
  host    all all      all trust
`;
const { key, cert } = selfSigned('localhost');
let server: PostgresServer;
let authority: string;

beforeAll(async () => {
  server = await startPostgres({ ssl: 'on', max_connections: '20' }, undefined, {
    'pg_hba.conf': HBA,
    'server.key': key,
    'server.crt': cert,
  });
  authority = join(tempDir(afterAll), 'authority.pem');
  writeFileSync(authority, cert);
  await run(
    `CREATE ROLE secret LOGIN PASSWORD '${PASSWORD}'`,
    'CREATE ROLE tls LOGIN',
    'CREATE ROLE mere LOGIN',
    'CREATE ROLE bare',
    'GRANT CREATE ON DATABASE postgres TO secret, tls',
  );
});
afterAll(() => {
  server.stop('immediate');
  server.remove();
});

async function run(...statements: string[]): Promise<void> {
  const client = new pg.Client(server.url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** The server's URL with other parts. `user` may have a password behind a colon. */
function at({ user = 'storebeacon', host, database = 'postgres', search = '' }: Partial<Parts> = {}): string {
  const { port } = new URL(server.url);
  return `postgres://${user}@${host ?? `127.0.0.1:${port}`}/${database}${search}`;
}
interface Parts {
  user: string;
  host: string;
  database: string;
  search: string;
}
const byName = () => `localhost:${new URL(server.url).port}`;

/** What an operator reads at a start on this database; empty: it can be used. */
async function wordsOf(url: string, schema = 'storebeacon'): Promise<string> {
  const { problems } = await examineDatabase(url, schema);
  return problems.length === 0 ? '' : unusable(problems).message;
}

describe('it cannot be used, in words with what to do and without the password', () => {
  interface Row {
    what: string;
    url: () => string;
    says: RegExp;
    todo: RegExp;
  }
  test.each<Row>([
    {
      what: 'a host without address',
      url: () => at({ host: 'no-such-host.invalid' }),
      says: /The host of PostgreSQL at no-such-host\.invalid\/postgres has no address/,
      todo: /Correct the host in DATABASE_URL/,
    },
    {
      what: 'a closed port',
      url: () => at({ host: '127.0.0.1:9' }),
      says: /at 127\.0\.0\.1:9\/postgres cannot be reached: connect ECONNREFUSED/,
      todo: /Start it, correct host and port/,
    },
    {
      what: 'TLS is asked for and not offered',
      url: () => `${inject('postgresUrl')}?sslmode=require`,
      says: /does not offer TLS/,
      todo: /ssl on in postgresql\.conf; or leave sslmode out/,
    },
    {
      what: 'TLS is wanted and not used',
      url: () => at({ user: 'tls' }),
      says: /refuses this user from this machine without TLS: .*no encryption/,
      todo: /Add \?sslmode=verify-full/,
    },
    {
      what: 'a certificate of an unknown authority',
      url: () => at({ user: 'tls', host: byName(), search: '?sslmode=verify-full' }),
      says: /refused by its certificates: self-signed certificate/,
      todo: /sslrootcert/,
    },
    {
      what: 'a certificate of another host',
      url: () => at({ user: 'tls', search: `?sslmode=verify-full&sslrootcert=${authority}` }),
      says: /refused by its certificates: .*127\.0\.0\.1/,
      todo: /sslrootcert/,
    },
    {
      what: 'no file of the authority',
      url: () => at({ search: '?sslmode=verify-full&sslrootcert=/no/such.pem' }),
      says: /refused by its certificates: ENOENT.*\/no\/such\.pem/,
      todo: /name the file of the authority/,
    },
    {
      what: 'a wrong password',
      url: () => at({ user: `secret:${IN_URL}1` }),
      says: /refuses user or password: password authentication failed for user "secret"/,
      todo: /Correct them in DATABASE_URL/,
    },
    {
      what: 'no password',
      url: () => at({ user: 'secret' }),
      says: /refuses user or password/,
      todo: /Correct them in DATABASE_URL/,
    },
    {
      what: 'an unknown user, with a password',
      url: () => at({ user: `secretary:${IN_URL}` }),
      says: /refuses user or password: password authentication failed for user "secretary"/,
      todo: /Correct them in DATABASE_URL/,
    },
    {
      what: 'an unknown user',
      url: () => at({ user: 'nobody-of-that-name' }),
      says: /does not admit the user: role "nobody-of-that-name" does not exist/,
      todo: /create it with LOGIN/,
    },
    {
      what: 'a role that may not log in',
      url: () => at({ user: 'bare' }),
      says: /does not admit the user: role "bare" is not permitted to log in/,
      todo: /create it with LOGIN/,
    },
    {
      what: 'an absent database',
      url: () => at({ database: 'absent' }),
      says: /There is no database at \S+\/absent: database "absent" does not exist/,
      todo: /Create it, or correct its name/,
    },
    {
      what: 'no right to create schemas',
      url: () => at({ user: 'mere' }),
      says: /has not the rights that are needed at \S+: no right to create schemas/,
      todo: /Grant it CREATE on the database/,
    },
  ])('$what', async ({ url, says, todo }) => {
    const words = await wordsOf(url());
    expect(words).toMatch(/^DATABASE_URL: /);
    expect(words).toMatch(says);
    expect(words).toMatch(todo);
    for (const secret of [PASSWORD, IN_URL, 'p%']) expect(words).not.toContain(secret);
  });

  interface Set {
    what: string;
    prepare: string[];
    url?: () => string;
    says: RegExp;
    mend: string[];
  }
  const lone = () => at({ database: 'lone' });
  test.each<Set>([
    {
      what: 'no connection left for the role',
      prepare: ['ALTER ROLE secret CONNECTION LIMIT 0'],
      url: () => at({ user: `secret:${IN_URL}` }),
      says: /has no connection left: too many connections for role "secret"\. A collector needs 4\. .*CONNECTION LIMIT/,
      mend: ['ALTER ROLE secret CONNECTION LIMIT -1'],
    },
    {
      what: 'a role that only reads',
      prepare: ['ALTER ROLE secret SET default_transaction_read_only = on'],
      url: () => at({ user: `secret:${IN_URL}` }),
      says: /can only read: default_transaction_read_only is on \(set by: user\)\. .*ALTER ROLE/,
      mend: ['ALTER ROLE secret RESET default_transaction_read_only'],
    },
    ...['off', 'local', 'remote_write'].map((setting) => ({
      what: `synchronous_commit=${setting} of the role`,
      prepare: [`ALTER ROLE secret SET synchronous_commit = ${setting}`],
      url: () => at({ user: `secret:${IN_URL}` }),
      says: new RegExp(
        `has synchronous_commit=${setting} \\(set by: user\\).*Set it to on or remote_apply where it is set`,
      ),
      mend: ['ALTER ROLE secret RESET synchronous_commit'],
    })),
    {
      what: 'synchronous_commit=off of the database',
      prepare: ['CREATE DATABASE lone', 'ALTER DATABASE lone SET synchronous_commit = off'],
      url: lone,
      says: /synchronous_commit=off \(set by: database\)/,
      mend: ['DROP DATABASE lone'],
    },
    {
      what: 'synchronous_commit=off and fsync=off of the server, both named',
      prepare: [
        'ALTER SYSTEM SET synchronous_commit = off',
        'ALTER SYSTEM SET fsync = off',
        'SELECT pg_reload_conf(), pg_sleep(0.2)',
      ],
      says: /synchronous_commit=off \(set by: configuration file\)[\s\S]*fsync=off/,
      mend: ['ALTER SYSTEM RESET ALL', 'SELECT pg_reload_conf(), pg_sleep(0.2)'],
    },
    ...['LATIN1', 'SQL_ASCII'].map((encoding) => ({
      what: `the encoding ${encoding}`,
      prepare: [`CREATE DATABASE lone ENCODING '${encoding}' TEMPLATE template0`],
      url: lone,
      says: new RegExp(`has the encoding ${encoding}; UTF8 is needed\\. Create one`),
      mend: ['DROP DATABASE lone'],
    })),
    {
      what: 'a schema of somebody else',
      prepare: ['CREATE SCHEMA storebeacon'],
      url: () => at({ user: `secret:${IN_URL}` }),
      says: /the schema storebeacon belongs to storebeacon\. Grant it .*have to be its own/,
      mend: ['DROP SCHEMA storebeacon'],
    },
    {
      what: 'tables of the same names that somebody else made',
      prepare: [
        'CREATE SCHEMA storebeacon',
        'CREATE TABLE storebeacon.events (id int)',
        'CREATE TABLE storebeacon.log_state (id int)',
      ],
      says: /The schema storebeacon at \S+ has tables that are not of this program: events, log_state\. Name another/,
      mend: ['DROP SCHEMA storebeacon CASCADE'],
    },
    ...[6, VERSION + 1].map((version) => ({
      what: `tables of version ${version}`,
      prepare: [
        'CREATE SCHEMA storebeacon',
        'CREATE TABLE storebeacon.log_state (version int, seq int, schema_version int)',
        `INSERT INTO storebeacon.log_state VALUES (1, 1, ${version})`,
      ],
      says: new RegExp(
        `has tables of version ${version}; this program supports version ${VERSION}\\. Start the version`,
      ),
      mend: ['DROP SCHEMA storebeacon CASCADE'],
    })),
  ])('$what', async ({ prepare, url = at, says, mend }) => {
    await run(...prepare);
    try {
      const words = await wordsOf(url());
      expect(words).toMatch(says);
      expect(words).not.toContain(PASSWORD);
    } finally {
      await run(...mend);
    }
    expect(await wordsOf(at({ user: `secret:${IN_URL}` }))).toBe('');
  });
});

test.each([
  ['by TLS without a look at the certificate', () => at({ user: 'tls', search: '?sslmode=require' })],
  [
    'by TLS with a certificate of a known authority',
    () => at({ user: 'tls', host: byName(), search: `?sslmode=verify-full&sslrootcert=${authority}` }),
  ],
  ['with a password that needs escapes', () => at({ user: `secret:${IN_URL}` })],
])('it can be used %s', async (_, url) => {
  expect(await wordsOf(url())).toBe('');
});

test('a version that is too old', () => {
  const facts = {
    ...{
      version: '14.20',
      versionNumber: 140_020,
      encoding: 'UTF8',
      isStandby: 0,
      fsync: 'on',
      mayCreate: 1,
    },
    ...{ readOnly: { setting: 'off', source: 'default' }, commit: { setting: 'on', source: 'default' } },
    ...{ nowMs: 0, left: 90 },
  };
  const log = { schema: 'storebeacon', owner: null, tables: null, hasState: 0 };
  const of = (changed: Partial<typeof facts>) =>
    unusable(problemsOf('db/shop', { ...facts, ...changed }, log));
  expect(of({}).message).toMatch(/has version 14\.20; 15 or a later one is needed\. Upgrade PostgreSQL\.$/);
  expect(of({ version: '15.0', versionNumber: 150_000 }).message).toBe('');
});

test('a server that does not answer is given up', async () => {
  const { createServer } = await import('node:net');
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const { port } = silent.address() as { port: number };
  expect(await wordsOf(at({ host: `127.0.0.1:${port}` }))).toMatch(/cannot be reached: timeout expired/);
  silent.close();
});

test('a log is not opened on it', async () => {
  const databaseUrl = at({ user: `secret:${IN_URL}1` });
  const opened = openLog({ databaseUrl, consumers: [], retentionMs: 1, dataDir: '' });
  await expect(opened).rejects.toMatchObject({ name: 'DataDirUnusable' });
});

describe('a collector', () => {
  const asSecret = () => at({ user: `secret:${IN_URL}`, database: 'whole' });
  const view = (messageId: string) => ({
    type: 'track',
    event: 'Product Viewed',
    messageId,
    anonymousId: 'ann',
  });
  const post = async ({ post }: Collector, messageId: string) => {
    const { status, headers } = await post('/v1/track', view(messageId));
    return { status, retryAfter: headers.get('retry-after') };
  };
  const isReady = async ({ base }: Collector) => (await fetch(`${base}/readyz`)).status;

  test('does not start: it ends with 1 and the words', async () => {
    const databaseUrl = at({ user: `secret:${IN_URL}1` });
    const variables = { ...LEAST, DATABASE_URL: databaseUrl, PORT: '0', DATA_DIR: tempDir() };
    const collector = launchProcess({ variables });
    expect(await collector.ended()).toEqual({ code: 1, signal: null });
    expect(collector.said()).toMatch(/^DATABASE_URL: PostgreSQL at \S+ refuses user or password: .*\n$/);
  });

  const setPassword = (password: string) =>
    run(
      `ALTER ROLE secret PASSWORD '${password}'`,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'secret'",
    );

  test('works with the connections that it is said to need, stores nothing while it is refused, goes on by itself, and ends without it', async () => {
    await run(
      'CREATE DATABASE whole OWNER secret',
      `ALTER ROLE secret CONNECTION LIMIT ${CONNECTIONS_NEEDED}`,
    );
    const collector = await startCollector({ DATABASE_URL: asSecret() });
    expect(await post(collector, '1')).toEqual({ status: 200, retryAfter: null });
    await eventually(
      async () => (await collector.admin('GET', '/admin/events')).text(),
      (text) => text.includes('"1"'),
    );
    await setPassword('another');
    await eventually(
      () => post(collector, '2'),
      ({ status }) => status === 503,
    );
    expect(await post(collector, '2')).toEqual({ status: 503, retryAfter: '5' });
    await eventually(
      () => isReady(collector),
      (status) => status === 503,
    );
    const lines = collector.lines.join('\n');
    expect(lines).toMatch(
      /"error":"password authentication failed for user \\"secret\\"","msg":"requests are answered 503"/,
    );
    expect(lines).not.toContain(PASSWORD);

    await setPassword(PASSWORD);
    await eventually(
      () => post(collector, '2'),
      ({ status }) => status === 200,
    );
    await eventually(
      () => isReady(collector),
      (status) => status === 200,
    );
    await setPassword('another');
    await collector.stop();
  });
});

// The last: the server stays one.
test('a standby', async () => {
  server.stop('fast');
  writeFileSync(join(server.data, 'standby.signal'), '');
  server.start();
  expect(await wordsOf(at())).toMatch(/is a standby, which can only be read\. Name the primary/);
});

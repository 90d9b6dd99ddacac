import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.ts';
import { freePort } from './fleet-process.ts';
import { tempDir } from './temp-dir.ts';

const DEPLOY = join(import.meta.dirname, '../../server/deploy');
const read = (file: string) => readFileSync(join(DEPLOY, file), 'utf8');
const installed = (...paths: string[]) => paths.find((path) => existsSync(path));

/** A proxy as its files in `server/deploy` set it up: without https, and in front of another port. */
export interface ProxyKind {
  name: string;
  /** Undefined: it is not on this machine. */
  program: string | undefined;
  /** Where what shops need is. */
  prefix: '' | '/sb';
  /** Its arguments; writes its files. */
  prepare(folder: string, port: number, collectorPort: number): string[];
}

const nginx = installed('/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/bin/nginx');
const caddy = installed('/usr/bin/caddy', '/usr/local/bin/caddy');

function prepareNginx(folder: string, servers: string): string[] {
  writeFileSync(join(folder, 'proxy.conf'), read('nginx/proxy.conf'));
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const own = servers.replaceAll('/etc/nginx/storebeacon/', `${folder}/`);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `pid ${folder}/pid; error_log ${folder}/error.log; events {}
     http { access_log off; ${paths.join(' ')}\n${own} }`,
  );
  return ['-c', join(folder, 'nginx.conf'), '-g', 'daemon off; master_process off;'];
}

function prepareCaddy(folder: string, file: string, port: number, collectorPort: number): string[] {
  const sites = read(file)
    .replace(/^\S+ \{$/m, `http://127.0.0.1:${port} {`)
    .replaceAll('127.0.0.1:8787', `127.0.0.1:${collectorPort}`);
  writeFileSync(join(folder, 'Caddyfile'), `{\n\tadmin off\n}\n${sites}`);
  return ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'];
}

const withoutHttps = (conf: string, port: number, collectorPort: number) =>
  conf
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace(/^.*(listen \[::\]:443|ssl_certificate|server_name).*$/gm, '')
    .replace('127.0.0.1:8787', `127.0.0.1:${collectorPort}`);
const upstreamOf = (conf: string) => /upstream[^}]*\}/.exec(conf)?.[0] ?? '';

export const PROXIES: readonly ProxyKind[] = [
  {
    ...{ name: 'nginx, a subdomain', program: nginx, prefix: '' },
    prepare: (folder, port, collectorPort) =>
      prepareNginx(folder, withoutHttps(read('nginx/subdomain.conf'), port, collectorPort)),
  },
  {
    ...{ name: 'nginx, a path', program: nginx, prefix: '/sb' },
    prepare(folder, port, collectorPort) {
      const upstream = upstreamOf(withoutHttps(read('nginx/subdomain.conf'), port, collectorPort));
      const shop = `server { listen 127.0.0.1:${port};\n${read('nginx/path.conf')} }`;
      return prepareNginx(folder, `${upstream}\n${shop}`);
    },
  },
  {
    ...{ name: 'Caddy, a subdomain', program: caddy, prefix: '' },
    prepare: (folder, port, collectorPort) =>
      prepareCaddy(folder, 'caddy/subdomain.Caddyfile', port, collectorPort),
  },
  {
    ...{ name: 'Caddy, a path', program: caddy, prefix: '/sb' },
    prepare: (folder, port, collectorPort) =>
      prepareCaddy(folder, 'caddy/path.Caddyfile', port, collectorPort),
  },
];

/** Gone when the test is over. @returns its origin. */
export async function startProxy(kind: ProxyKind, collectorPort: number): Promise<string> {
  const folder = tempDir();
  const port = await freePort();
  const args = kind.prepare(folder, port, collectorPort);
  mkdirSync(join(folder, 'home'));
  const child = spawn(kind.program ?? '', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { HOME: join(folder, 'home') },
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const base = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`${kind.name} ended:\n${said}`);
    return fetch(base).then(
      () => true,
      () => false,
    );
  }, Boolean);
  return base;
}

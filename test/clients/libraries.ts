import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recorder } from './recorder.ts';

/** How a client of another language is run. */
export interface Command {
  command: string;
  args: string[];
  env?: Record<string, string>;
}

/** One client library, and what sends with it. */
export interface Library {
  /** Also the name of its recording. */
  name: string;
  /** The name of its repository. */
  repository: string;
  /** It speaks TLS and nothing else. */
  isTls: boolean;
  /** Succeeds where the interpreter and the library are on this machine. */
  probe(folder: string | undefined): Command;
  /** @param workDir an empty folder. */
  send(folder: string | undefined, server: Recorder, writeKey: string, workDir: string): Command;
}

const sender = (name: string) => join(import.meta.dirname, 'senders', name);

function python(name: string, repository: string, module: string): Library {
  const env = (folder: string | undefined) => (folder ? { env: { PYTHONPATH: folder } } : {});
  return {
    ...{ name, repository, isTls: false },
    probe: (folder) => ({ command: 'python3', args: ['-c', `import ${module}.client`], ...env(folder) }),
    send: (folder, { host }, writeKey) => ({
      command: 'python3',
      args: [sender('shop.py'), module, `http://${host}`, writeKey],
      ...env(folder),
    }),
  };
}

/** @param isTls Segment's client has an option against it, and does not read it. */
function ruby(name: string, repository: string, module: string, required: string, isTls: boolean): Library {
  const include = (folder: string | undefined) => (folder ? ['-I', join(folder, 'lib')] : []);
  return {
    ...{ name, repository, isTls },
    probe: (folder) => ({ command: 'ruby', args: [...include(folder), '-e', `require '${required}'`] }),
    send: (folder, { host, certificate }, writeKey, workDir) => ({
      command: 'ruby',
      args: [...include(folder), sender('shop.rb'), module, ...host.split(':'), writeKey],
      env: { SSL_CERT_FILE: writeCertificate(certificate, workDir) },
    }),
  };
}

function writeCertificate(certificate: string, workDir: string): string {
  const file = join(workDir, 'certificate.pem');
  writeFileSync(file, certificate);
  return file;
}

const php: Library = {
  ...{ name: 'segment-php', repository: 'analytics-php', isTls: true },
  probe: (folder = '/nowhere') => ({
    command: 'php',
    args: [
      '-r',
      `exit(extension_loaded('curl') && extension_loaded('mbstring') && is_dir('${folder}') ? 0 : 1);`,
    ],
  }),
  send(folder = '', { host, certificate }, writeKey, workDir) {
    const file = writeCertificate(certificate, workDir);
    const args = ['-d', `curl.cainfo=${file}`, sender('shop.php'), folder, host, writeKey];
    return { command: 'php', args };
  },
};

const SEGMENT_GO = 'github.com/segmentio/analytics-go/v3';
/** The folders beside the client's that it imports. */
const IMPORTED_BY_GO = { 'github.com/segmentio/backo-go': 'backo-go', 'github.com/google/uuid': 'uuid' };

/** Run from folders, so that no module is downloaded. */
function go(name: string, repository: string, path: string): Library {
  return {
    ...{ name, repository, isTls: false },
    probe: (folder = '/nowhere') => ({
      command: Object.values(IMPORTED_BY_GO).every((beside) => existsSync(join(folder, '..', beside)))
        ? 'go'
        : '/nowhere',
      args: ['version'],
    }),
    send(folder = '', { host }, writeKey, workDir) {
      const copy = (from: string, to: string) =>
        cpSync(from, join(workDir, 'src', to), { recursive: true, dereference: true });
      copy(folder, path);
      for (const [to, beside] of Object.entries(IMPORTED_BY_GO)) copy(join(folder, '..', beside), to);
      mkdirSync(join(workDir, 'src/sender'));
      const source = readFileSync(sender('shop.go'), 'utf8').replace(SEGMENT_GO, path);
      writeFileSync(join(workDir, 'src/sender/main.go'), source);
      return {
        command: 'go',
        args: ['run', 'sender', `http://${host}`, writeKey],
        env: { GO111MODULE: 'off', GOPATH: workDir },
      };
    },
  };
}

export const LIBRARIES: readonly Library[] = [
  python('segment-python', 'analytics-python', 'segment.analytics'),
  python('customerio-python', 'cdp-analytics-python', 'customerio.analytics'),
  python('rudderstack-python', 'rudder-sdk-python', 'rudderstack.analytics'),
  ruby('segment-ruby', 'analytics-ruby', 'segment', 'segment/analytics', true),
  ruby('rudderstack-ruby', 'rudder-sdk-ruby', 'rudder', 'rudder-sdk-ruby', false),
  php,
  go('segment-go', 'analytics-go', SEGMENT_GO),
  go('customerio-go', 'cdp-analytics-go', 'github.com/customerio/cdp-analytics-go'),
];

/** Where its repository is checked out: a folder in `CLIENT_LIBRARIES`. Undefined: it is looked up as an installed package. */
export function folderOf({ repository }: Library): string | undefined {
  const folder = join(process.env.CLIENT_LIBRARIES ?? '/nowhere', repository);
  return existsSync(folder) ? folder : undefined;
}

/** True where the library and its interpreter are on this machine. */
export function isHere(library: Library): boolean {
  const { command, args, env } = library.probe(folderOf(library));
  return spawnSync(command, args, { env: { ...process.env, ...env }, stdio: 'ignore' }).status === 0;
}

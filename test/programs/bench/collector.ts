import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SANDBOX_CREDENTIALS } from '../../../server/sandbox/index.ts';
import { CHILD_ENV } from '../../support/child-env.ts';
import { NO_LIMITS, SHOP_POLICY } from '../../support/shop.ts';
import { type Core, killProcess, ROOT, spawnOn } from './launch.ts';
import { SHOP_ORIGIN, WRITE_KEY } from './order.ts';

/** What `npm start` gives to node. */
const START: string[] = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  .scripts.start.replace(/^exec node /, '')
  .split(' ');
const BUILT = ['server/dist/storebeacon.js', 'start'];
export const ADMIN_TOKEN = 'bench-admin-token-0123456789';
const SHOP = { ...SHOP_POLICY, ALLOWED_ORIGINS: SHOP_ORIGIN };
const { tiktok, customerio, shopline } = SANDBOX_CREDENTIALS;

/** The variables that switch one destination on, in front of the server at `origin`. */
export const DESTINATIONS = {
  tiktok: (origin: string) => ({
    TIKTOK_PIXEL_CODE: tiktok.pixelCode,
    TIKTOK_ACCESS_TOKEN: tiktok.accessToken,
    TIKTOK_ENDPOINT: origin,
  }),
  customerio: (origin: string) => ({ CUSTOMERIO_API_KEY: customerio.apiKey, CUSTOMERIO_ENDPOINT: origin }),
  shopline: (origin: string) => ({
    SHOPLINE_HANDLE: shopline.handle,
    SHOPLINE_ACCESS_TOKEN: shopline.accessToken,
    SHOPLINE_CDP_CHANNEL_ID: shopline.channelId,
    SHOPLINE_ENDPOINT: origin,
    SHOPLINE_EVENT_CODES: '{"Order Completed":"Z_sale_order"}',
  }),
};
export type DestinationName = keyof typeof DESTINATIONS;

/** What `/admin/status` says, as far as it is read here. */
export interface Status {
  log?: { synchronous: string };
  destinations: { consumer: string; waiting: number }[];
  /** Of the shops whose events are counted. */
  statistics: { consumer: string; waiting: number }[];
}

/** The collector as `npm start` runs it, on the server's core. */
export interface Collector {
  dataDir: string;
  pid: number;
  port: number;
  /** From spawn to the line that says it listens. */
  startMs: number;
  status(): Promise<Status>;
  waiting(): Promise<number>;
  /** What an operator's route answers: `events?limit=1`. @throws when it is no success. */
  admin<Answer>(path: string): Promise<Answer>;
  /** Stands still until resumed, so that what runs beside it has the core alone. */
  pause(): void;
  resume(): void;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

export interface CollectorOptions {
  dataDir: string;
  destination: NodeJS.ProcessEnv;
  /** Several shops by these write keys, each with the same destination; default: one. */
  writeKeys?: readonly string[];
  /** PostgreSQL in place of `dataDir`. */
  databaseUrl?: string | undefined;
  /** Default: the server's. */
  core?: Core;
  /** Further arguments to node. */
  args?: readonly string[];
  /** As the package runs it, built by `npm run build`; default: from its sources. */
  isBuilt?: boolean;
}

/** @throws with all it said, when it ends before it listens. */
export async function startCollector({
  dataDir,
  destination,
  writeKeys,
  databaseUrl,
  core = 'server',
  args = [],
  isBuilt = false,
}: CollectorOptions): Promise<Collector> {
  const startedMs = performance.now();
  const env = {
    ...CHILD_ENV,
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    ...(writeKeys
      ? { CONFIG_FILE: writeShops(join(dataDir, 'shops.json'), writeKeys, destination) }
      : { WRITE_KEY, ...SHOP, ...destination }),
    ...NO_LIMITS,
    ADMIN_TOKEN,
  };
  const child = spawnOn(core, [...args, ...(isBuilt ? BUILT : START)], env, 'pipe');
  const said: string[] = [];
  child.stderr?.on('data', (chunk) => said.push(String(chunk)));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the collector ended before it listened:\n${said.join('')}`)));
    if (child.stdout)
      createInterface(child.stdout).on('line', (line) => {
        said.push(`${line}\n`);
        const listening = line.includes('"listening"') && /"port":(\d+)/.exec(line);
        if (listening) resolve(Number(listening[1]));
      });
  });
  const startMs = performance.now() - startedMs;
  const admin = async <Answer>(path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/admin/${path}`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    if (!response.ok) throw new Error(`/admin/${path} answers ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const status = () => admin<Status>('status');
  return {
    dataDir,
    pid: child.pid ?? 0,
    port,
    startMs,
    admin,
    status,
    waiting: async () => (await status()).destinations.reduce((sum, { waiting }) => sum + waiting, 0),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: () => killProcess(child),
  };
}

/** @returns the path. */
function writeShops(path: string, writeKeys: readonly string[], destination: NodeJS.ProcessEnv): string {
  const shops = writeKeys.map((key) => [key, { WRITE_KEY: key, ...SHOP, ...destination }]);
  writeFileSync(path, JSON.stringify({ shops: Object.fromEntries(shops) }));
  return path;
}

/** What a run left to deliver would slow the next one. */
export async function emptied(collector: Collector): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while ((await collector.waiting()) > 0 && performance.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, 200));
}

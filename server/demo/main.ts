import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../commands/command.ts';
import type { StartOptions } from '../compose.ts';
import { environment, isRunByNpm } from '../config/environment.ts';
import { readConfig } from '../config/read.ts';
import type { Variables } from '../config/variables.ts';
import { DESTINATIONS } from '../destinations/registry.ts';
import { readOptions } from '../lib/arguments.ts';
import { createHttp } from '../lib/http-client.ts';
import { stopOnSignals } from '../lib/process.ts';
import { createShutdown, type Shutdown } from '../lib/shutdown.ts';
import { type Running, start } from '../main.ts';
import { processLogger } from '../observe/process-logger.ts';
import { createSandbox, SANDBOX_CREDENTIALS, type Sandbox, sandboxVariables } from '../sandbox/index.ts';
import { createEmails } from './emails.ts';
import { choosePort } from './port.ts';
import { postTo } from './post.ts';
import { createRecorder } from './recorder.ts';
import { demoRoutes } from './routes.ts';
import { LANDING, sampleVariables } from './sample.ts';
import { createShopServer } from './shop-server.ts';

/**
 * Starts the collector on loopback with a store that is removed at the end, the stand-ins of the three APIs behind it and the demo shop
 * in front.
 *
 * @param env `PORT` (8787, or the next that is free), `LOG_LEVEL` (warn).
 * @param options.clock of the collector; the default is the system's.
 */
export async function startDemo(
  env: Variables,
  options: Pick<StartOptions, 'clock'> = {},
): Promise<Pick<Running, 'port' | 'stop'> & { sandbox: Sandbox; takenPort?: number }> {
  const { port, taken } = await choosePort(env.PORT);
  const shutdown = createShutdown();
  const sandbox = await createSandbox();
  shutdown.onShutdown(() => sandbox.close());
  try {
    const running = await startOn({ port, env, sandbox, shutdown, ...options });
    return { ...running, sandbox, stop: shutdown, ...(taken !== undefined && { takenPort: taken }) };
  } catch (error) {
    await shutdown();
    throw error;
  }
}

interface DemoParts extends Pick<StartOptions, 'clock'> {
  port: number;
  env: Variables;
  sandbox: Sandbox;
  shutdown: Shutdown;
}

async function startOn({ port, env, sandbox, shutdown, ...options }: DemoParts): Promise<Running> {
  const dataDir = mkdtempSync(join(tmpdir(), 'storebeacon-demo-'));
  shutdown.onShutdown(async () => rmSync(dataDir, { recursive: true, force: true }));
  const config = readConfig(demoVariables(env, port, dataDir, sandbox), () => '{}');
  const recorder = createRecorder(DESTINATIONS.map(({ name }) => name));
  const base = `http://127.0.0.1:${port}`;
  const { http, close } = createHttp({ timeoutMs: 5_000, connections: 2 });
  shutdown.onShutdown(close);
  const post = postTo(base, http);
  const { handle, appSecret } = SANDBOX_CREDENTIALS.shopline;
  const shopServer = createShopServer({ post, clock: Date.now, handle, appSecret });
  const emails = createEmails({ post, clock: Date.now, base });
  const running = await start(config, {
    ...options,
    logger: processLogger(config.logLevel, () => []),
    report: recorder.report,
    wrapLog: recorder.watch,
    openAdmin: true,
    demo: (parts) => demoRoutes({ ...parts, sandbox, recorder, shopServer, emails }),
  });
  shutdown.onShutdown(running.stop);
  return running;
}

function demoVariables(env: Variables, port: number, dataDir: string, { urls }: Sandbox): Variables {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    LOG_LEVEL: env.LOG_LEVEL ?? 'warn',
    WRITE_KEY: 'demo',
    ALLOWED_ORIGINS: `http://127.0.0.1:${port},http://localhost:${port}`,
    STORE_COUNTRY: 'TW',
    STORE_CURRENCY: 'TWD',
    CONSENT_DEFAULT: 'denied',
    BOTS: 'flag',
    ...sandboxVariables(urls),
    ...sampleVariables(SANDBOX_CREDENTIALS.shopline.appSecret),
    SHOPLINE_EVENT_CODES: {
      'Product Viewed': 'Z_view_product',
      'Product Added': 'Z_add_cart',
      'Checkout Started': 'Z_start_checkout',
      'Order Completed': 'Z_sale_order',
      'Order Refunded': 'Z_sale_refund',
      'Order Cancelled': 'Z_sale_cancel',
    },
  };
}

const USAGE = `Usage: storebeacon demo

Starts a demo shop, the collector and strict stand-ins of the three APIs on this machine; nothing leaves it. It listens on PORT
(8787, or the next that is free), and removes what it stored when it ends.
`;

async function run(args: readonly string[]): Promise<void> {
  readOptions(args, {});
  const variables = environment();
  const running = await startDemo(variables);
  stopOnSignals(running.stop, { isRunByNpm: isRunByNpm(variables) });
  const base = `http://127.0.0.1:${running.port}`;
  const lines = [
    ...(running.takenPort === undefined
      ? []
      : [`Port ${running.takenPort} is in use; the demo listens on ${running.port}.`, '']),
    'Storebeacon is running on this machine. Nothing leaves it.',
    '',
    `The shop, as an ad brings a visitor   ${base}/demo/${LANDING}`,
    `The console: what each API received   ${base}/console/`,
    `What the campaigns brought            ${base}/console/#/statistics`,
    `Break an API, send emails             ${base}/console/#/demo`,
    `The HTTP contract                     ${base}/openapi.json`,
    '',
    'Ctrl-C stops it.',
  ];
  process.stdout.write(`\n${lines.map((line) => `  ${line}\n`).join('')}\n`);
}

export const command: Command = { usage: USAGE, run };

import { onTestFinished } from 'vitest';
import type { StartOptions } from '../../server/compose.ts';
import { readConfig } from '../../server/config/read.ts';
import type { Variables } from '../../server/config/variables.ts';
import { start } from '../../server/main.ts';
import { createLogger, createSecretRedactor } from '../../server/observe/log.ts';
import { redactText } from '../../server/privacy/redact.ts';
import { createSandbox, type Sandbox } from '../../server/sandbox/index.ts';
import type { Store } from '../../server/store/store.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { ADMIN_TOKEN, basic, NO_LIMITS, shopVariables, WRITE_KEY } from './shop.ts';
import { tempDir } from './temp-dir.ts';

export { eventually } from './eventually.ts';
export { ADMIN_TOKEN, basic, SHOP_ORIGIN, shopVariables, WRITE_KEY } from './shop.ts';

export interface Collector {
  base: string;
  port: number;
  sandbox: Sandbox;
  dataDir: string;
  /** Every log line so far. */
  lines: string[];
  /** Every event the log has taken so far, in order; those it knew already are among them. */
  events: ProtectedEvent[];
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  admin(method: string, path: string, body?: unknown): Promise<Response>;
  stop(): Promise<void>;
}

export interface CollectorOptions extends Partial<StartOptions> {
  /** Left open when the test is over. */
  sandbox?: Sandbox;
  dataDir?: string;
  /** Several shops, each with the variables of `shopVariables` where it has none of its own. */
  shops?: Readonly<Record<string, Variables>>;
  /** Default: the running test. `afterAll` shares one collector among the tests of a file. */
  whenOver?: (clean: () => Promise<void> | void) => void;
}

/** A whole collector in this process, in front of a sandbox, both gone when the test is over. */
export async function startCollector(
  variables: Variables = {},
  options: CollectorOptions = {},
): Promise<Collector> {
  const { sandbox: given, clock, shops, whenOver = onTestFinished, wrapLog = (log) => log } = options;
  const sandbox = given ?? (await createSandbox(clock && { clock: clock.now }));
  if (!given) whenOver(() => sandbox.close());
  const dataDir = options.dataDir ?? tempDir(whenOver);
  const env = {
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    ADMIN_TOKEN,
    LOG_LEVEL: 'debug',
    ...NO_LIMITS,
    ...(shops ? { CONFIG_FILE: 'shops.json' } : shopVariables(sandbox)),
    ...variables,
  };
  const configFile = {
    shops: Object.fromEntries(
      Object.entries(shops ?? {}).map(([id, own]) => [id, { ...shopVariables(sandbox), ...own }]),
    ),
  };
  const lines: string[] = [];
  const events: ProtectedEvent[] = [];
  const config = readConfig(env, () => JSON.stringify(configFile));
  const redactSecrets = createSecretRedactor(config.secrets);
  const logger = createLogger({
    level: 'debug',
    write: (line) => void lines.push(line),
    redact: (line) => redactSecrets(redactText(line)),
  });
  const running = await start(config, {
    logger,
    ...options,
    wrapLog: (log) => recordAppended(wrapLog(log), events),
  });
  whenOver(() => running.stop());
  const base = `http://127.0.0.1:${running.port}`;
  return {
    base,
    port: running.port,
    sandbox,
    dataDir,
    lines,
    events,
    post: (path, body, headers = {}) =>
      fetch(`${base}${path}`, {
        method: 'POST',
        headers: { authorization: basic(WRITE_KEY), 'content-type': 'application/json', ...headers },
        body:
          typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      }),
    admin: (method, path, body) =>
      fetch(`${base}${path}`, {
        method,
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    stop: running.stop,
  };
}

function recordAppended(log: Store, events: ProtectedEvent[]): Store {
  return {
    ...log,
    async accept(entries) {
      const result = await log.accept(entries);
      events.push(...entries.map(({ event }) => event));
      return result;
    },
  };
}

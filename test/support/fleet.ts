import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Variables } from '../../server/config/variables.ts';
import { createSandbox, type Sandbox } from '../../server/sandbox/index.ts';
import { clearTables } from './clear-tables.ts';
import { createDatabase, type DatabaseServer } from './database-server.ts';
import { runCommand } from './fleet-command.ts';
import { type DrainOptions, drain } from './fleet-drain.ts';
import { SHOPLINE_EVENT_CODES } from './fleet-messages.ts';
import {
  type CollectorProcess,
  freePort,
  launchProcess,
  type ProcessOptions,
  startProcess,
} from './fleet-process.ts';
import { FLEET_SHOP, voiceVariables } from './fleet-requests.ts';
import { APIS, clearFiles, createTally, type Reconciliation } from './fleet-tally.ts';
import { startTraffic, type Traffic, type TrafficOptions } from './fleet-traffic.ts';
import { NO_LIMITS, shopVariables } from './shop.ts';

export type { CollectorProcess, Ended, Usage } from './fleet-process.ts';
export { APIS, type Reconciliation } from './fleet-tally.ts';
export type { Traffic } from './fleet-traffic.ts';

export interface FleetOptions extends Omit<ProcessOptions, 'variables'> {
  /** Beside those of a shop whose three destinations are the sandbox. */
  variables?: Variables;
  /** Several shops instead of one, each with the variables of a shop beside its own. */
  shops?: Readonly<Record<string, Variables>>;
  /** Left in place when the fleet is closed; default: one of its own, removed. */
  dataDir?: string;
  /** Stores in a database of its own there, in place of the data directory. */
  server?: DatabaseServer | undefined;
  /** Left open when the fleet is closed; default: one of its own. */
  sandbox?: Sandbox;
  /** Of a sandbox of its own, epoch ms; default the system's. */
  sandboxClock?: () => number;
}

/** A delivery that many kills cut off counts as many attempts: the next one may be five minutes away. */
const STALL_MS = 6 * 60_000;

/** What is given replaces the fleet's own for one start. */
export type Changes = Omit<Partial<ProcessOptions>, 'variables'> & { variables?: Variables };

/**
 * A collector process in front of a sandbox that lives here, for programs that break things: one port and one data
 * directory, however often the process is started anew.
 */
export interface Fleet {
  sandbox: Sandbox;
  dataDir: string;
  /** Where it stores; absent: in `dataDir`. */
  databaseUrl?: string;
  base: string;
  /** The running one. @throws before the first start. */
  collector(): CollectorProcess;
  /** Starts the collector, again on the same port and directory; resolves when it is healthy. */
  start(changes?: Changes): Promise<CollectorProcess>;
  /** Starts it and waits for nothing. */
  launch(changes?: Changes): CollectorProcess;
  /** Runs another command of the program to its end, with the collector's variables. @throws when it does not end with 0. */
  command(...args: string[]): Promise<void>;
  traffic(options?: Partial<TrafficOptions>): Traffic;
  /** Holds what was answered 200 against what the sandbox accepted; what is stored in clear counts as violation too. */
  reconcile(answered: Iterable<number>): Promise<Reconciliation>;
  /**
   * Waits until nothing waits any more, or the queue stood still for `stallMs` (default `STALL_MS`); then reconciles. What
   * still waits does not count as lost, and is named. Under load it waits until everything answered 200 arrived.
   */
  delivered(
    answered: Iterable<number>,
    options?: Partial<Pick<DrainOptions, 'stallMs' | 'isUnderLoad'>>,
  ): Promise<Reconciliation>;
  close(): Promise<void>;
}

export async function createFleet(options: FleetOptions = {}): Promise<Fleet> {
  const {
    variables: own = {},
    shops,
    dataDir: given,
    server,
    sandbox: shared,
    sandboxClock: clock,
    ...processOptions
  } = options;
  const sandbox = shared ?? (await createSandbox(clock && { clock }));
  const tally = createTally(sandbox);
  const dataDir = given ?? mkdtempSync(join(tmpdir(), 'storebeacon-'));
  const database = server && (await createDatabase(server.url));
  const port = await freePort();
  const shop = { ...shopVariables(sandbox), ...voiceVariables(FLEET_SHOP), SHOPLINE_EVENT_CODES };
  const directory = shops && mkdtempSync(join(tmpdir(), 'storebeacon-shops-'));
  const variables = {
    ...(shops && directory ? { CONFIG_FILE: writeShops(directory, shop, shops) } : shop),
    LOG_LEVEL: 'warn',
    ...NO_LIMITS,
    ...own,
    ...(database && { DATABASE_URL: database.url }),
    PORT: String(port),
    DATA_DIR: dataDir,
  };
  const base = `http://127.0.0.1:${port}`;
  let running: CollectorProcess | undefined;
  const traffics: Traffic[] = [];

  const optionsOf = ({ variables: changes, ...rest }: Changes = {}): ProcessOptions => ({
    ...processOptions,
    ...rest,
    variables: { ...variables, ...changes, PORT: variables.PORT, DATA_DIR: dataDir },
  });
  const withStored = async (found: Reconciliation): Promise<Reconciliation> => {
    const clear = database ? await clearTables(database.url) : clearFiles(dataDir);
    return { ...found, hashedViolations: found.hashedViolations + clear.length };
  };
  return {
    sandbox,
    dataDir,
    ...(database && { databaseUrl: database.url }),
    base,
    collector() {
      if (!running) throw new Error('no collector has been started');
      return running;
    },
    launch(changes) {
      running = launchProcess(optionsOf(changes));
      return running;
    },
    async start(changes) {
      running = await startProcess(optionsOf(changes));
      return running;
    },
    command: (...args) => runCommand(args, optionsOf()),
    traffic(traffic) {
      const started = startTraffic({ base, ...traffic });
      traffics.push(started);
      return started;
    },
    reconcile: (answered) => withStored(tally.reconcile(answered)),
    async delivered(answered, { stallMs = STALL_MS, isUnderLoad = false } = {}) {
      const numbers = [...answered];
      const status = async () => running?.status();
      return withStored(
        await drain({ status, reconcile: () => tally.reconcile(numbers), stallMs, isUnderLoad }),
      );
    },
    async close() {
      for (const traffic of traffics) traffic.abort();
      await running?.end('SIGKILL');
      tally.stop();
      if (!shared) await sandbox.close();
      await database?.drop();
      for (const made of [given ? undefined : dataDir, directory])
        if (made !== undefined) rmSync(made, { recursive: true, force: true });
    },
  };
}

/** Writes a configuration file for several shops. @returns its path. */
function writeShops(directory: string, common: Variables, shops: Readonly<Record<string, Variables>>) {
  const path = join(directory, 'shops.json');
  const complete = Object.entries(shops).map(([id, own]) => [id, { ...common, ...own }]);
  writeFileSync(path, JSON.stringify({ shops: Object.fromEntries(complete) }));
  return path;
}

/** Makes the APIs slow to answer; resolves when one of them has taken events whose answer is still on its way. */
export function underWay(sandbox: Sandbox, delayMs = 200): Promise<void> {
  for (const api of APIS) sandbox.setFaults(api, { delayMs });
  return new Promise((resolve) => {
    const stop = sandbox.onReceived(({ accepted }) => {
      if (accepted.length === 0) return;
      stop();
      resolve();
    });
  });
}

export function answerAtOnce(sandbox: Sandbox): void {
  for (const api of APIS) sandbox.setFaults(api, undefined);
}

/** Small and seeded, so that a red run can be repeated. @see https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
export function seededRandom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

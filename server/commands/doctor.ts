import { readFileSync } from 'node:fs';
import { readJsonObject } from '../../shared/json.ts';
import type { Finding, Setup } from '../../shared/operator-api/index.ts';
import type { Config } from '../config/config.ts';
import { environment } from '../config/environment.ts';
import { ConfigError } from '../config/problems.ts';
import { readConfig } from '../config/read.ts';
import type { Variables } from '../config/variables.ts';
import { readOptions } from '../lib/arguments.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { createHttp, type Http, NoAnswer } from '../lib/http-client.ts';
import { configFindings, offFindings } from '../operator/setup/config-findings.ts';
import { distinctFindings, finding } from '../operator/setup/finding.ts';
import { reachFindings } from '../operator/setup/reach-findings.ts';
import type { Command } from './command.ts';

const USAGE = `Usage: storebeacon doctor

Checks the configuration (the environment, or CONFIG_FILE), asks each endpoint whether it answers, and, where the
collector runs on this machine and ADMIN_TOKEN is set, asks it what it has received. Nothing is sent to be counted.

Ends with 0 when all is well, 1 with warnings, 2 with errors.
`;

export interface DoctorParts {
  variables: Variables;
  readFile: (path: string) => string;
  http: Http;
  clock?: Pick<Clock, 'now'>;
}

/** The same findings as the console's set-up page, and why there is no console; the worst first. */
export async function diagnose({
  variables,
  readFile,
  http,
  clock = systemClock,
}: DoctorParts): Promise<Finding[]> {
  let config: Config;
  try {
    config = readConfig(variables, readFile);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => finding('configuration', 'error', { problem }));
  }
  const found = [
    ...configFindings(config, clock.now()),
    ...offFindings(config),
    ...(await reachFindings({ config, http, clock })),
    ...(await askCollector(config, http)),
  ];
  return distinctFindings(found).toSorted((a, b) => EXIT_CODES[b.severity] - EXIT_CODES[a.severity]);
}

const EXIT_CODES: Record<Finding['severity'], number> = { ok: 0, warning: 1, error: 2 };

/** Of the worst finding. */
export const exitCodeOf = (findings: readonly Finding[]): number =>
  findings.reduce((worst, { severity }) => Math.max(worst, EXIT_CODES[severity]), 0);

const ANY_HOST = new Set(['0.0.0.0', '::', '[::]']);

/** What the collector that runs here has found. */
async function askCollector(config: Config, http: Http): Promise<Finding[]> {
  const { adminToken, adminPort, adminHost, host, port } = config;
  if (adminToken === undefined) return [];
  const [at, name] = adminPort === undefined ? [port, host] : [adminPort, adminHost];
  const reachable = ANY_HOST.has(name) ? '127.0.0.1' : name;
  const url = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${at}/admin/setup`;
  try {
    const { status, body } = await http({
      method: 'GET',
      url,
      headers: { Authorization: `Bearer ${adminToken}` },
    });
    const { findings } = (readJsonObject(body) ?? {}) as Partial<Setup>;
    if (status === 200 && Array.isArray(findings)) return findings;
    return [finding('collector-foreign', 'warning', { url, status })];
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return [finding('collector-not-running', 'ok', { url })];
  }
}

const SIGNS: Record<Finding['severity'], string> = { error: '✗', warning: '!', ok: '✓' };

/** The findings as lines for a terminal, with their number at the end. */
export function toLines(findings: readonly Finding[]): string[] {
  const count = (severity: Finding['severity'], one: string) => {
    const { length } = findings.filter((one) => one.severity === severity);
    return `${length} ${one}${length === 1 ? '' : 's'}`;
  };
  const placeOf = ({ shop, destination }: Pick<Finding, 'shop' | 'destination'>) =>
    [shop, destination].flatMap((part) => (part === undefined ? [] : [`${part}: `])).join('');
  const lines = findings.flatMap(({ severity, words, todo, ...about }) => [
    `${SIGNS[severity]} ${placeOf(about)}${words}`,
    ...(todo === undefined ? [] : [`    ${todo}`]),
  ]);
  return [...lines, '', `${count('error', 'error')}, ${count('warning', 'warning')}`];
}

async function run(args: readonly string[]): Promise<void> {
  readOptions(args, {});
  const { http, close } = createHttp({ timeoutMs: 10_000, connections: 4 });
  const readFile = (path: string) => readFileSync(path, 'utf8');
  const findings = await diagnose({ variables: environment(), readFile, http });
  await close();
  process.stdout.write(`${toLines(findings).join('\n')}\n`);
  process.exitCode = exitCodeOf(findings);
}

export const command: Command = { usage: USAGE, run };

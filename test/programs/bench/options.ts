import { parseArgs } from 'node:util';
import { type DatabaseServer, ENGINES, type Engine } from '../../support/database-server.ts';
import { sabotageRows, usageRow } from '../../support/options.ts';
import { findSabotage, SABOTAGES } from '../../support/sabotage.ts';

export const PARTS = [
  ...(['ingest', 'delivering', 'backlog', 'drain', 'statistics', 'growth', 'webhooks', 'erase'] as const),
  ...(['console', 'indexing', 'fairness', 'engines', 'capacity'] as const),
] as const;
export type Part = (typeof PARTS)[number];
/** Parts that can be measured on PostgreSQL. */
const ON_POSTGRES: readonly Part[] = ['fairness'];

export interface Options {
  /** Medians are over this many. */
  rounds: number;
  /** Of each measured run. */
  seconds: number;
  parts: readonly Part[];
  /** Events that wait in the part `backlog`. */
  backlog: number;
  /** Events that are counted in the part `statistics`. */
  events: number;
  /** How many there are in each step of the part `growth`. */
  visitors: readonly number[];
  /** Of each run of the part `webhooks`. */
  webhookSeconds: number;
  sabotage: string | undefined;
  engine: Engine;
}
/** `server`: for the databases of collectors; absent: SQLite. */
export type EngineOptions = Pick<Options, 'rounds' | 'seconds'> & { server: DatabaseServer | undefined };

export const USAGE = [
  'npm run bench -- [--only PART] [--rounds N] [--seconds S] …\n\n',
  'Measures the collector beside servers that discard what they receive. A slow result is reported; a broken promise\n',
  'makes the program fail.\n\n',
  usageRow('--only PART', `one of ${PARTS.join(', ')}`),
  usageRow(
    '--engine E',
    `sqlite, or postgres for ${ON_POSTGRES.join(', ')}: the server of DATABASE_URL, else one of its own`,
  ),
  usageRow('--rounds N', 'medians are over so many rounds (5)'),
  usageRow('--seconds S', 'of each measured run, at least 0.5 (3)'),
  usageRow('--backlog N', 'waiting events in the part backlog, events in the part erase (1000000)'),
  usageRow('--events N', 'counted events in the part statistics (200000)'),
  usageRow('--visitors N', 'the largest of three steps in the part growth (1000000)'),
  usageRow('--webhook-seconds S', 'of each run of the part webhooks (20)'),
  ...sabotageRows(SABOTAGES),
].join('');

/** @throws {Error} for an option that is unknown or makes no sense. */
export function readOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      backlog: { type: 'string', default: '1000000' },
      events: { type: 'string', default: '200000' },
      visitors: { type: 'string', default: '1000000' },
      'webhook-seconds': { type: 'string', default: '20' },
      only: { type: 'string' },
      engine: { type: 'string', default: 'sqlite' },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const [rounds, seconds, backlog, events, visitors, webhookSeconds] = [
    values.rounds,
    values.seconds,
    values.backlog,
    values.events,
    values.visitors,
    values['webhook-seconds'],
  ].map(Number) as [number, number, number, number, number, number];
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds must be a whole number from 1 on');
  if (!(Number.isInteger(backlog) && backlog >= 1000)) throw new Error('--backlog must be at least 1000');
  if (!(seconds >= 0.5)) throw new Error('--seconds must be at least 0.5');
  if (!(events >= 1000 && events % 1000 === 0)) throw new Error('--events must be whole thousands');
  if (!(visitors >= 10_000 && visitors % 10_000 === 0))
    throw new Error(
      '--visitors must be whole ten thousands: the largest of three steps, each ten times the last',
    );
  if (!(webhookSeconds >= 1)) throw new Error('--webhook-seconds must be at least 1');
  const engine = ENGINES.find((known) => known === values.engine);
  if (!engine) throw new Error(`--engine must be ${ENGINES.join(' or ')}`);
  const known = engine === 'postgres' ? ON_POSTGRES : PARTS;
  const parts = known.filter((part) => values.only === undefined || part === values.only);
  if (parts.length === 0) throw new Error(`--only must be one of ${known.join(', ')}`);
  if (values.sabotage !== undefined) findSabotage(values.sabotage);
  return {
    rounds,
    seconds,
    backlog,
    events,
    visitors: [visitors / 100, visitors / 10, visitors],
    webhookSeconds,
    parts,
    sabotage: values.sabotage,
    engine,
  };
}

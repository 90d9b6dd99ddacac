import { parseArgs } from 'node:util';

export const PARTS = ['ingest', 'backlog', 'drain', 'statistics', 'growth', 'webhooks'] as const;
export type Part = (typeof PARTS)[number];

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
}

/** @throws {Error} for an option that is unknown or makes no sense. */
export function readOptions(args: string[]): Options {
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
      sabotage: { type: 'string' },
    },
  });
  const [rounds, seconds, backlog, events, visitors, webhookSeconds] = [
    values.rounds,
    values.seconds,
    values.backlog,
    values.events,
    values.visitors,
    values['webhook-seconds'],
  ].map(Number) as [number, number, number, number, number, number];
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds wants a whole number from 1 on');
  if (!(Number.isInteger(backlog) && backlog >= 1000)) throw new Error('--backlog wants at least 1000');
  if (!(seconds >= 0.5)) throw new Error('--seconds wants at least 0.5');
  if (!(events >= 1000 && events % 1000 === 0)) throw new Error('--events wants whole thousands');
  if (!(visitors >= 10_000 && visitors % 10_000 === 0))
    throw new Error(
      '--visitors wants whole ten thousands: the largest of three steps, each ten times the last',
    );
  if (!(webhookSeconds >= 1)) throw new Error('--webhook-seconds wants at least 1');
  const parts = PARTS.filter((part) => values.only === undefined || part === values.only);
  if (parts.length === 0) throw new Error(`--only wants one of ${PARTS.join(', ')}`);
  return {
    rounds,
    seconds,
    backlog,
    events,
    visitors: [visitors / 100, visitors / 10, visitors],
    webhookSeconds,
    parts,
    sabotage: values.sabotage,
  };
}

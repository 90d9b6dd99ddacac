import { parseArgs } from 'node:util';

export const PARTS = ['ingest', 'backlog', 'drain'] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  /** Medians are over this many. */
  rounds: number;
  /** Of each measured run. */
  seconds: number;
  parts: readonly Part[];
  /** Events that wait in the part `backlog`. */
  backlog: number;
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
      only: { type: 'string' },
      sabotage: { type: 'string' },
    },
  });
  const [rounds, seconds, backlog] = [values.rounds, values.seconds, values.backlog].map(Number) as [
    number,
    number,
    number,
  ];
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds wants a whole number from 1 on');
  if (!(Number.isInteger(backlog) && backlog >= 1000)) throw new Error('--backlog wants at least 1000');
  if (!(seconds >= 0.5)) throw new Error('--seconds wants at least 0.5');
  const parts = PARTS.filter((part) => values.only === undefined || part === values.only);
  if (parts.length === 0) throw new Error(`--only wants one of ${PARTS.join(', ')}`);
  return { rounds, seconds, backlog, parts, sabotage: values.sabotage };
}

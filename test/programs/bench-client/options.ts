import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sabotageRows, usageRow } from '../../support/options.ts';
import { SABOTAGES, type Sabotage } from './sabotage.ts';

export const PARTS = ['sizes', 'time', 'tasks', 'delivery'] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  parts: readonly Part[];
  /** Of the part `time`: how often each script loads. Medians are over this many. */
  rounds: number;
  /** Of the part `delivery`: how many visitors act and leave at once. */
  navigations: number;
  /** Where packages are looked for, in this order; each holds a `node_modules`. */
  homes: readonly string[];
  /** Of the part `time`: an earlier `s.js`, beside which ours is timed. */
  before?: string | undefined;
  sabotage: Sabotage | undefined;
}

const ROOT = resolve(import.meta.dirname, '../../..');

export const USAGE = [
  'npm run bench:client -- [--only PART] [--rounds N] [--navigations N] [--peers DIR] [--sabotage NAME]\n\n',
  'What the snippet costs a shopper and what of it arrives, in a real Chromium beside the scripts of others.\n\n',
  usageRow('--only PART', `one of ${PARTS.join(', ')}`),
  usageRow('--rounds N', 'how often each script is loaded for its time (15)'),
  usageRow('--navigations N', 'how many visitors act and leave at once (200)'),
  usageRow('--before FILE', 'an earlier s.js, whose time ours must not exceed'),
  usageRow('--peers DIR', 'a folder whose node_modules holds the scripts of others, looked into first'),
  ...sabotageRows(SABOTAGES),
].join('');

/** @throws {Error} in words, for an option that is unknown or makes no sense. */
export function readOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '15' },
      navigations: { type: 'string', default: '200' },
      before: { type: 'string' },
      peers: { type: 'string' },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const [rounds, navigations] = [Number(values.rounds), Number(values.navigations)];
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds must be a whole number from 1 on');
  if (!(Number.isInteger(navigations) && navigations > 0))
    throw new Error('--navigations must be a whole number from 1 on');
  const parts = PARTS.filter((part) => values.only === undefined || part === values.only);
  if (parts.length === 0) throw new Error(`--only must be one of ${PARTS.join(', ')}`);
  const name = values.sabotage;
  if (name !== undefined && !Object.hasOwn(SABOTAGES, name))
    throw new Error(`--sabotage must be one of ${Object.keys(SABOTAGES).join(', ')}`);
  return {
    parts,
    rounds,
    navigations,
    homes: values.peers === undefined ? [ROOT] : [resolve(values.peers), ROOT],
    before: values.before === undefined ? undefined : resolve(values.before),
    sabotage: name === undefined ? undefined : SABOTAGES[name],
  };
}

import { cpus, loadavg } from 'node:os';
import { optionsOrExit } from '../../support/options.ts';
import { startProgress } from '../../support/progress.ts';
import { evaluate, type Figure, layOut } from '../bench/figures.ts';
import { measureDelivery } from './delivery.ts';
import { type Options, type Part, readOptions, USAGE } from './options.ts';
import { measureSizes } from './sizes.ts';
import { measureTasks } from './tasks.ts';
import { measureTime } from './time.ts';

/**
 * What the snippet costs a shopper, and whether reported events arrive, in a real Chromium beside the scripts of
 * others. How long it takes is only said; each other goal is a promise, and one that is broken makes the program fail.
 * `--help` lists the options.
 */
const MEASURE: Record<Part, (options: Options) => Promise<Figure[]>> = {
  sizes: measureSizes,
  time: measureTime,
  tasks: (options) => measureTasks(options),
  delivery: (options) => measureDelivery(options),
};

const options = optionsOrExit(USAGE, readOptions);
const progress = startProgress();
const { say } = progress;

process.exit((await run(options)) ? 0 : 1);

/** True when every promise held; a goal that was missed is only said. */
async function run(options: Options): Promise<boolean> {
  const [cpu, load] = [cpus()[0]?.model ?? 'unknown', loadavg()[0]?.toFixed(1)];
  say(`${cpu}, ${cpus().length} cores, load ${load}, Node ${process.versions.node}`);
  const promises: Figure[] = [];
  const goals: Figure[] = [];
  for (const part of options.parts) {
    say(`\n${part}`);
    progress.doing(() => part);
    const figures = await MEASURE[part](options);
    say(layOut(figures));
    (part === 'time' ? goals : promises).push(...figures.filter(({ goal }) => goal));
  }
  const isMissed = ({ goal }: Figure) => goal !== undefined && evaluate(goal) === 'missed';
  const broken = promises.filter(isMissed);
  const reached = goals.length - goals.filter(isMissed).length;
  const summary = [
    promises.length > 0 && `${promises.length - broken.length} of ${promises.length} promises held`,
    broken.length > 0 && `BROKEN: ${broken.map(({ what }) => what).join('; ')}`,
    goals.length > 0 && `${reached} of ${goals.length} goals reached`,
  ];
  say(`\nbench:client: ${summary.filter(Boolean).join('; ')}`);
  return broken.length === 0;
}

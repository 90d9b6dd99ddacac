import { parseArgs } from 'node:util';
import { type Half, measure } from '../privacy/labelled/measure.ts';

/**
 * Prints how many of the labelled fields the detection of personal data gets right. `--wrong` lists the others, of the
 * tuning half alone: who has read the held-out half tunes with it.
 */
const { values } = parseArgs({ options: { wrong: { type: 'boolean' } } });
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;

for (const half of ['tuning', 'held-out'] satisfies Half[]) {
  const measured = measure(half);
  for (const [label, { pairs, right, wrong }] of Object.entries(measured)) {
    console.log(`${half.padEnd(8)}  ${label.padEnd(8)}  ${right} of ${pairs}  ${percent(right, pairs)}`);
    if (values.wrong && half === 'tuning') for (const shown of wrong) console.log(`    ${shown}`);
  }
}

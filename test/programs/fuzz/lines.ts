import { amounts, isEmpty, quantities, type Written } from './written.ts';

/** What may become of a value: it is left out where it is not plain, or it is what a person reads. */
export type Reading = Omit<Written, 'sent'>;

export const reading = ({ reads, also, isPlain }: Written): Reading => ({
  ...{ reads, isPlain },
  ...(also !== undefined && { also }),
});

/** A whole number from 0 to `max`. */
export type Chance = (max: number) => number;
export type Write = (options: readonly Written[]) => Written;

/** An amount of up to so many cents, in major units. */
export const centsOf = (chance: Chance, max: number): number => (1 + chance(max)) / 100;

/** How fields are written: as usual, or in some other way. */
export interface Hand {
  chance: Chance;
  write: Write;
  /** Sets some of these fields to whatever. */
  anything(to: Record<string, unknown>, names: readonly string[]): void;
}

/** The lines of an order. `sum`: as `addLine` has it. */
export function writeLines(
  { chance, write, anything }: Hand,
  texts: readonly string[],
  idsOf: (count: number) => readonly (readonly [string, Written])[],
) {
  const sent: Record<string, unknown>[] = [];
  const lines: Record<string, Reading>[] = [];
  let sum: number | undefined = 0;
  for (let count = 1 + chance(2); count > 0; count--) {
    const price = centsOf(chance, 300_000);
    const quantity = 1 + chance(4);
    const amountsOf = { price: write(amounts(price)), quantity: write(quantities(quantity)) };
    const written: Record<string, Written> = { ...amountsOf, ...Object.fromEntries(idsOf(count)) };
    sum = addLine(sum, written);
    lines.push(mapValues(written, reading));
    const line: Record<string, unknown> = mapValues(written, (one) => one.sent);
    anything(line, texts);
    sent.push(line);
  }
  return { sent, lines, sum };
}

/** No shop has a larger one, and its sum would have lost digits. */
const isAmount = (reads: unknown): reads is number => typeof reads === 'number' && Math.abs(reads) < 1e12;

/** In hundredths. A price that is not there adds nothing, a quantity that is not there is 1; one that cannot be read may be any. */
function addLine(sum: number | undefined, written: Record<string, Written>): number | undefined {
  const known = (name: string, absent: number) => {
    const { sent, reads } = written[name] as Written;
    return isAmount(reads) ? reads : isEmpty(sent) ? absent : undefined;
  };
  const [each, times] = [known('price', 0), known('quantity', 1)];
  return sum === undefined || each === undefined || times === undefined
    ? undefined
    : sum + Math.round(each * 100) * times;
}

export const mapValues = <From, To>(of: Record<string, From>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, map(value)]));

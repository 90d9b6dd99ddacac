import { readAmount } from '../amount.ts';
import type { Properties } from '../api.ts';
import { list, type Thing } from '../thing.ts';

/** What two reports of one action disagree about, as each of them has it. */
export type Difference = [name: string, sent: unknown, other: unknown];

/** Ids from the most exact one on: a variant may have another price than its product. */
const IDS = ['order_id', 'variant_id', 'sku', 'product_id'];
const ROUNDING = 0.01;
/** 0.51 - 0.5 is a little more than 0.01. */
const FLOAT_ERROR = 1e-9;
const MAX_LINES = 50;
const MAX_DIFFERENCES = 10;

/** Whether two reports are about the same product or order, by the most exact id that both have; undefined without one. */
export const isSame = (one: Properties, other: Properties): boolean | undefined => {
  const name = IDS.find((id) => one[id] && other[id]);
  return name ? `${one[name]}` === `${other[name]}` : undefined;
};

/** Amounts may be text, as shops write them. One that is absent or no amount is no disagreement. */
const compare = (sent: Thing, other: Thing, currencies: Thing[], prefix: string): Difference[] => {
  const read = (thing: Thing, index: number, name: string) =>
    readAmount(thing[name] ?? '', currencies[index]);
  const totalOf = (thing: Thing, index: number) => read(thing, index, 'total') ?? read(thing, index, 'value');
  const byAmount = (
    name: string,
    share: number,
    get = (thing: Thing, index: number) => read(thing, index, name),
  ) => {
    const [ours, others] = [get(sent, 0), get(other, 1)] as [number, number];
    const rounding = Math.max(ROUNDING, share * Math.max(Math.abs(ours), Math.abs(others)));
    return Math.abs(ours - others) > rounding + FLOAT_ERROR
      ? [[prefix + name, ours, others] as Difference]
      : [];
  };
  return [
    ...byAmount('price', ROUNDING),
    ...byAmount('value', ROUNDING, totalOf),
    ...byAmount('quantity', 0),
  ];
};

/** The lines of an order or cart, as many as are compared. */
const linesOf = ({ products }: Thing): Thing[] =>
  list(products)
    .slice(0, MAX_LINES)
    .filter((line) => line === Object(line));

/**
 * Where two reports of the same action disagree by more than rounding: `currency`, `price` of one unit, `value` (of an order
 * its `total`) and `quantity`, also of lines with the same id in both, before whose names that id stands. Rounding is up to
 * 1 %, at least 0.01; of quantities 0.01. At most ten.
 */
export const differences = (sent: Properties, other: Properties): Difference[] => {
  const currencies = [sent.currency, other.currency].map((code) => `${code ?? ''}`.trim().toUpperCase());
  const [ours, others] = currencies;
  const lines = linesOf(sent);
  return [
    ...(ours && others && ours !== others ? [['currency', ours, others] as Difference] : []),
    ...compare(sent, other, currencies, ''),
    ...linesOf(other).flatMap((line) => {
      const match = lines.find((known) => isSame(known, line));
      const id = IDS.find((name) => match?.[name] && line[name]);
      return id ? compare(match, line, currencies, `${line[id]} `) : [];
    }),
  ].slice(0, MAX_DIFFERENCES);
};

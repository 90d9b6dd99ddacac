import { list, type Thing } from '../thing.ts';

export const PRODUCT = /Products?(Group|Model)?$/;

/** Whether one of its types is this, whatever vocabulary it names: `https://schema.org/Product`, `schema:Product`. */
export const isA = (thing: Thing, type: RegExp): boolean =>
  list(thing['@type']).some((one) => type.test(`${one}`.split(/[/:#]/).pop() as string));

/** Every object in a script, including those nested in lists, `@graph` and `mainEntity`. */
export const unpack = (value: Thing): Thing[] =>
  list(value)
    .flat(9)
    .flatMap((thing) => (thing ? [thing, ...unpack(thing['@graph']), ...unpack(thing.mainEntity)] : []));

/** The product that an entry of a list, a line of an order or an offer contains. */
export const itemOf = (thing: Thing) => thing.item || thing.orderedItem || thing.itemOffered || thing;

import type { Page, Tools } from '../api.ts';
import { list, type Thing } from '../thing.ts';

const isSame = (one: Thing, other: Thing) =>
  ['@id', 'name'].some((name) => one[name] && one[name] === other[name]);

/**
 * The one of several products that a page is about: its main entity, or the one at its address. Empty where it is none of
 * them.
 *
 * @param things all objects of the page's scripts.
 */
export const choose = (
  things: Thing[],
  products: Thing[],
  { path, url: base }: Page,
  guard: Tools['guard'],
): Thing[] => {
  const main = things.flatMap((thing) => list(thing.mainEntity));
  return (
    [
      products.filter((product) => main.some((one) => isSame(product, one))),
      products.filter(guard(({ url }: Thing) => url && new URL(url, base).pathname === path)),
      products,
    ].find((found) => found.length === 1) || []
  );
};

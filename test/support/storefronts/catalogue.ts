/** One thing that can be bought. `price` is what the page shows for one, in major units of `SHOWN`. */
export interface Variant {
  sku: string;
  title: string;
  price: number;
}

export interface Item {
  id: string;
  handle: string;
  name: string;
  variants: [Variant, ...Variant[]];
}

/** The shop keeps its books in one currency and shows prices in another. */
export const STORE = { id: '1658921299465', handle: 'dewleaf', currency: 'TWD' };
export const SHOWN = 'USD';

export const SMALL: Variant = { sku: '18062938070772167548642151', title: '150 g', price: 12.5 };
export const LARGE: Variant = { sku: '18062938070772167548642168', title: '300 g', price: 1280 };

/** SHOPLINE's ids: 26 digits, which no JavaScript number holds. */
export const TEA: Item = {
  id: '16062938070772167548642145',
  handle: 'alishan-oolong',
  name: "Tom & Jerry's Oolong",
  variants: [SMALL, LARGE],
};
export const CUP: Item = {
  id: '16062938070772167548642299',
  handle: 'celadon-cup',
  name: 'Celadon Cup',
  variants: [{ sku: '18062938070772167548642305', title: 'Default', price: 36 }],
};
export const ITEMS = [TEA, CUP];

export const PRODUCT = `/products/${TEA.handle}`;
export const LIST = '/collections/tea';

/** A name as themes write it into JSON, answers and attributes alike. */
export const toEntities = (name: string) => name.replace(/&/g, '&amp;').replace(/'/g, '&#x27;');

/** Money in the merchant's own format: `$1,280.00`. */
export const toMoney = (price: number) =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency: SHOWN }).format(price);

/** Which item a variant belongs to, with the variant itself. */
export function find(sku: unknown): { item: Item; variant: Variant } | undefined {
  for (const item of ITEMS) {
    const variant = item.variants.find((one) => one.sku === sku);
    if (variant) return { item, variant };
  }
  return undefined;
}

/** As SHOPLINE's page data writes money: whole hundredths, of whatever currency. */
export const toHundredths = (price: number) => Math.round(price * 100);

/** A sum of money without the crumbs of binary fractions. */
export const sum = (amounts: number[]) => Math.round(amounts.reduce((a, b) => a + b, 0) * 100) / 100;

import type { Cart } from '../api.ts';
import { loadPart } from '../load-part.ts';
import { PARTS } from './parts.ts';
import { tools } from './products.ts';

type Use = (cart: Cart) => void;

let cart: Cart | undefined;
const waiting: Use[] = [];
let reading: Use = () => {};
let isLoading = false;

/** As in `use-cart.ts`, with the cart's logic in a file of its own. */
export const useCart = (use: Use, isNeeded: boolean) => {
  if (cart) use(cart);
  else if (isNeeded) {
    waiting.push(reading, use);
    reading = () => {};
    if (!isLoading) loadPart('shopline-cart');
    isLoading = true;
    tools.onCart = (create) => {
      cart = create(PARTS);
      for (const waited of [...waiting, reading]) tools.guard(waited)(cart);
    };
  } else reading = use;
};

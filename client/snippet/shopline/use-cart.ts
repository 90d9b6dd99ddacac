import type { Cart } from '../api.ts';
import { createCart } from './cart.ts';
import { PARTS } from './parts.ts';

const cart = createCart(PARTS);

/**
 * Calls back with the cart's logic. The build puts `load-cart.ts` in the place of this file, which loads it when it is
 * needed.
 *
 * @param _isNeeded else the call may wait for one that needs it; of several that wait, the last is enough.
 */
export const useCart = (use: (cart: Cart) => void, _isNeeded: boolean) => use(cart);

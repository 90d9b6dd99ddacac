import type { Properties } from '../api.ts';
import type { Thing } from '../thing.ts';
import { cartToken, readCookie } from './storefront.ts';

/** Where sessionStorage keeps the cart last seen, by its token, for a checkout that shows none of its lines. */
const key = () => `_sb_l${cartToken()}`;

/** Keeps the cart in place of an earlier one, where the visitor has an id, by their choice. */
export const keepCart = (cart?: Properties) => {
  if (cart && readCookie('_sb_id')) sessionStorage[key()] = JSON.stringify(cart);
  else delete sessionStorage[key()];
};

/** A checkout; where it contains nothing, the cart last seen. */
export const withCart = (checkout: Thing = {}): Properties => {
  if (checkout.products?.[0] || checkout.total != null) return checkout;
  try {
    // Not of what is bought at once, without the cart.
    return /buyScence=(?!cart)/.test(location.search) ? {} : JSON.parse(sessionStorage[key()]);
  } catch {
    return {};
  }
};

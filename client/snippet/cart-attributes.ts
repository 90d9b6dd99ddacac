import type { Notice, Storebeacon } from './api.ts';
import { readCookie } from './shopline/storefront.ts';

const DONE = '_sb_cart';

/** As it was before it became a cookie. */
const readId = (name: string) => {
  const found = readCookie(name);
  return found && decodeURIComponent(found);
};

/**
 * SHOPLINE alone (`POST /cart/update`): writes the visitor's ids into the attributes of the cart, from where the shop's
 * order webhook brings them back. The order is then joined to the visit by more than the cart's token. Once for each
 * cart and click; only after a yes.
 */
const write = (...[kind, , , consent]: Notice) => {
  const cart = readCookie('t_cart');
  if (kind !== 'message' || !cart) return;
  const attributes = {
    _sb_id: (window.storebeacon as Storebeacon).anonymousId(),
    ...(consent.advertising && { ttclid: readId('ttclid'), _ttp: readId('_ttp') }),
  };
  const body = JSON.stringify({ attributes });
  if (sessionStorage[DONE] === cart + body) return;
  sessionStorage[DONE] = cart + body;
  fetch('/cart/update', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }).catch(
    () => {},
  );
};

window.storebeacon?.listen(write);

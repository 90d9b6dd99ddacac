import { TTCLID, TTP } from '../../shared/click-ids.ts';
import type { Notice, Storebeacon } from './api.ts';
import { readCookie } from './shopline/storefront.ts';

const DONE = '_sb_cart';

/** A cookie's value, decoded. */
const readId = (name: string) => {
  const found = readCookie(name);
  return found && decodeURIComponent(found);
};

/**
 * SHOPLINE only: writes the visitor's ids into the cart's attributes (`POST /cart/update`). The order webhook returns
 * them, so that an order is joined to its visit by more than the cart token. Once per cart and click, after consent.
 */
const write = (...[kind, , , consent]: Notice) => {
  const cart = readCookie('t_cart');
  // A denial is a message too: it names no visitor.
  if (kind !== 'message' || !cart || !Object.values(consent).includes(true)) return;
  const attributes = {
    _sb_id: (window.storebeacon as Storebeacon).anonymousId(),
    ...(consent.advertising && { [TTCLID]: readId(TTCLID), [TTP]: readId(TTP) }),
  };
  const body = JSON.stringify({ attributes });
  if (sessionStorage[DONE] === cart + body) return;
  sessionStorage[DONE] = cart + body;
  fetch('/cart/update', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }).catch(
    () => {},
  );
};

window.storebeacon?.listen(write);

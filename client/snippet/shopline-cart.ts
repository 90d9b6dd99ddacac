import type { Storebeacon } from './api.ts';
import { createCart } from './shopline/cart.ts';

/** What cart requests mean. Loaded by `shopline.js` when the cart is changed or shown. */
const { capture } = window.storebeacon as Storebeacon;
capture('cart', (_report, tools) => tools.onCart?.(createCart));

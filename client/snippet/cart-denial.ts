import type { Notice, Storebeacon } from './api.ts';
import { COVERED, cartToken } from './shopline/storefront.ts';
import { uuid } from './uuid.ts';

const PULSE_MS = 500;
const NONE = { advertising: false, analytics: false, marketing: false };
const { listen, options } = window.storebeacon as Storebeacon;
let isDenied = false;
let known: string | undefined;

/** Lower-case hex. Undefined on plain http, where browsers have no `subtle`. */
const sha256 = async (text: string) => {
  const digest = await crypto.subtle?.digest('SHA-256', new TextEncoder().encode(text));
  return digest && Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
};

const deny = async (cart: string) => {
  const cart_id_sha256 = await sha256(cart);
  // Checked last: another copy of this file, or another tab, may have been faster.
  if (!cart_id_sha256 || !isDenied || localStorage[COVERED] === cart) return;
  localStorage[COVERED] = cart;
  // Where the core keeps messages until they are answered.
  localStorage[`_sb_q.${options.key}.${Date.now()}.${Math.random()}`] = JSON.stringify({
    type: 'track',
    event: 'Consent Denied',
    properties: { cart_id_sha256 },
    messageId: uuid(),
    timestamp: new Date().toISOString(),
    context: { consent: { categoryPreferences: NONE } },
  });
};

/**
 * SHOPLINE only, where everything is allowed until the visitor denies it: sends the denial of a visitor who has no id, by
 * the digest of their cart's token, so that the order of that cart finds it. Once per cart, as soon as there is one.
 */
listen((...[kind, consent]: Notice) => {
  if (kind === 'consent') isDenied = !Object.values(consent).includes(true);
});
setInterval(() => {
  const cart = cartToken();
  if (!isDenied || cart === known) return;
  known = cart;
  // Where storage is blocked it throws, and no cart is denied.
  if (cart) deny(cart).catch(() => {});
}, PULSE_MS);

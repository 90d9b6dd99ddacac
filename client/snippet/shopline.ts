import type { Message, Notice, Storebeacon } from './api.ts';
import { loadPart } from './load-part.ts';
import { captureAddresses } from './shopline/addresses.ts';
import { captureBus } from './shopline/buses.ts';
import { captureForms, captureRequests } from './shopline/requests.ts';
import { keepCart } from './shopline/seen.ts';
import { around, COVERED, cartToken, shopline, theme } from './shopline/storefront.ts';

/** The sources of SHOPLINE storefronts, for themes of every generation. Loaded where `window.Shopline` exists. */
const { capture, listen, options } = window.storebeacon as Storebeacon;

capture(
  'bus',
  captureBus('bus', () => shopline().event, 'on', 'DataReport::'),
  around,
);
capture(
  'analytics',
  captureBus('analytics', () => shopline().Analytics, 'subscribeV2'),
);
capture('theme', captureBus('theme', theme, 'addListener'));
capture('cart', captureRequests);
capture('cart-form', captureForms);
capture('addresses', captureAddresses);
if ((options.cartAttributes ?? 'off') !== 'off') loadPart('cart-attributes');
// Where everything is allowed until the visitor denies it, a visitor who denied it has no id that their orders could
// name: `cart-denial.js` denies their carts. A cart that exists when the visitor's id is denied is known by that id.
const isGranted = options.consent === 'granted';
listen((...[kind, first, second]: Notice) => {
  if (kind === 'consent') {
    const isAny = /true/.test(JSON.stringify(first));
    if (!isAny) keepCart();
    if (isGranted && !isAny) loadPart('cart-denial');
  }
  if (isGranted && (second as Message | undefined)?.event === 'Consent Denied')
    localStorage[COVERED] = cartToken();
});

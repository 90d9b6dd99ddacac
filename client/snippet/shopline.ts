import type { Message, Notice, Storebeacon } from './api.ts';
import { captureAddresses } from './shopline/addresses.ts';
import { captureBus } from './shopline/buses.ts';
import { captureForms, captureRequests } from './shopline/requests.ts';
import { around, COVERED, cartToken, shopline, theme } from './shopline/storefront.ts';

/** The sources of SHOPLINE storefronts, for themes of every generation. Loaded where `window.Shopline` exists. */
const { capture, listen, options } = window.storebeacon as Storebeacon;

const load = (name: string) => {
  const script = document.createElement('script');
  script.src = `${options.base}/${name}.js`;
  document.head.append(script);
};

capture(
  'bus',
  captureBus(() => shopline().event, 'on', 'DataReport::'),
  around,
);
capture(
  'analytics',
  captureBus(() => shopline().Analytics, 'subscribeV2'),
);
capture('theme', captureBus(theme, 'addListener'));
capture('cart', captureRequests);
capture('cart-form', captureForms);
capture('addresses', captureAddresses);
if ((options.cartAttributes ?? 'off') !== 'off') load('cart-attributes');
// Where everything is allowed until the visitor denies it, a visitor who denied it has no id that their orders could
// name: `cart-denial.js` denies their carts. A cart that exists when the visitor's id is denied is known by that id.
if (options.consent === 'granted')
  listen((...[kind, first, second]: Notice) => {
    if ((second as Message | undefined)?.event === 'Consent Denied') localStorage[COVERED] = cartToken();
    if (kind === 'consent' && !/true/.test(JSON.stringify(first))) load('cart-denial');
  });

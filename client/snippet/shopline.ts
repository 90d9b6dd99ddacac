import type { Storebeacon } from './api.ts';
import { captureAddresses } from './shopline/addresses.ts';
import { captureBus } from './shopline/buses.ts';
import { captureForms, captureRequests } from './shopline/requests.ts';
import { around, shopline, theme } from './shopline/storefront.ts';

/** The sources of SHOPLINE storefronts, for themes of every generation. Loaded where `window.Shopline` exists. */
const { capture, options } = window.storebeacon as Storebeacon;

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
if ((options.cartAttributes ?? 'off') !== 'off') {
  const script = document.createElement('script');
  script.src = `${options.base}/cart-attributes.js`;
  document.head.append(script);
}

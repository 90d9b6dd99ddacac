/**
 * Storebeacon as a Shopify custom pixel. Settings > Customer events > Add custom pixel: paste this file, change the
 * settings, save, connect. Permission: not required, because the pixel applies the visitor's choice itself.
 */
const settings = {
  endpoint: 'https://collect.shop.example',
  key: 'YOUR-WRITE-KEY',
  /** For visitors without a choice known to Shopify: 'denied' or 'granted'. */
  consent: 'denied',
  /** 'checkout' if the snippet is on the shop's pages, else 'all'. */
  events: 'checkout',
};

/* global analytics, api, browser, init */
// These variables exist only in this code, not in a script that it loads.
globalThis.storebeaconPixel = {
  settings,
  analytics,
  browser: typeof browser === 'undefined' ? undefined : browser,
  init: typeof init === 'undefined' ? undefined : init,
  customerPrivacy: typeof api === 'undefined' ? undefined : api.customerPrivacy,
};

// The sandbox is a frame, so a script can be loaded into it.
const script = document.createElement('script');
script.src = `${settings.endpoint}/pixel-shopify.js`;
document.head.append(script);

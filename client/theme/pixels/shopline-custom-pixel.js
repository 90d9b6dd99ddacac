/**
 * Storebeacon as a SHOPLINE custom pixel. Settings > Customer event > Add custom pixel: paste this file, change the
 * settings, save, connect. SHOPLINE must have enabled customer events for your shop.
 */
const settings = {
  endpoint: 'https://collect.shop.example',
  key: 'YOUR-WRITE-KEY',
  /** For visitors who have not chosen on your pages: 'denied' or 'granted'. */
  consent: 'denied',
  /** 'checkout' if the snippet is on the shop's pages, else 'all'. */
  events: 'checkout',
};

/* global analytics, browser, init */
// These variables exist only in this code, not in a script that it loads.
globalThis.storebeaconPixel = {
  settings,
  analytics,
  browser: typeof browser === 'undefined' ? undefined : browser,
  init: typeof init === 'undefined' ? undefined : init,
};

// The sandbox is a frame, so a script can be loaded into it.
const script = document.createElement('script');
script.src = `${settings.endpoint}/pixel-shopline.js`;
document.head.append(script);

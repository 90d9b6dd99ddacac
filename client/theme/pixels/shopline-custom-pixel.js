/**
 * Storebeacon as a custom pixel of SHOPLINE. Settings > Customer event > Add custom pixel: paste all of this, change the
 * settings, save, connect. SHOPLINE must have allowed your shop to use customer events.
 */
const settings = {
  endpoint: 'https://collect.shop.example',
  key: 'YOUR-WRITE-KEY',
  /** For visitors who have not chosen on your pages: 'denied' or 'granted'. */
  consent: 'denied',
  /** 'checkout' in a shop that has the snippet on its pages, else 'all'. */
  events: 'checkout',
};

/* global analytics, browser, init */
// What is lent to a custom pixel is lent to this text alone, not to a script it loads.
globalThis.storebeaconPixel = {
  settings,
  analytics,
  browser: typeof browser === 'undefined' ? undefined : browser,
  init: typeof init === 'undefined' ? undefined : init,
};

// The sandbox is a frame with a document of its own, so a script can be loaded into it.
const script = document.createElement('script');
script.src = `${settings.endpoint}/pixel-shopline.js`;
document.head.append(script);

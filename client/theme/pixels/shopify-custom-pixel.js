/**
 * Storebeacon as a custom pixel of Shopify. Settings > Customer events > Add custom pixel: paste all of this, change the
 * settings, save, connect. Permission: not required, since it obeys the visitor’s choice by itself.
 */
const settings = {
  endpoint: 'https://collect.shop.example',
  key: 'YOUR-WRITE-KEY',
  /** For visitors Shopify says nothing about: 'denied' or 'granted'. */
  consent: 'denied',
  /** 'checkout' in a shop that has the snippet on its pages, else 'all'. */
  events: 'checkout',
};

/* global analytics, api, browser, init */
// What is lent to a custom pixel is lent to this text alone, not to a script it loads.
globalThis.storebeaconPixel = {
  settings,
  analytics,
  browser: typeof browser === 'undefined' ? undefined : browser,
  init: typeof init === 'undefined' ? undefined : init,
  customerPrivacy: typeof api === 'undefined' ? undefined : api.customerPrivacy,
};

// The sandbox is a frame with a document of its own, so a script can be loaded into it.
const script = document.createElement('script');
script.src = `${settings.endpoint}/pixel-shopify.js`;
document.head.append(script);

import { readId } from '../../shared/order-ids.ts';
import type { Properties } from './api.ts';
import { listen } from './data-layer/listen.ts';
import { normalize } from './normalize.ts';

/** Two equal lines of one push are two lines: the second has its place, or it would be taken for a repeat. */
const distinguish = (reported: [source: number, event: string, properties: Properties][]) => {
  const texts: string[] = [];
  reported.forEach(([, , properties], position) => {
    const text = JSON.stringify(properties);
    if (texts.includes(text)) properties.position = position;
    texts.push(text);
  });
};

/** Reads the shop's data layer for `ecommerce.js`, which it loads. */
const { storebeacon } = window;
storebeacon?.capture('data-layer', (_report, tools) => {
  const { base, dataLayer } = storebeacon.options;
  tools.readDataLayer = (read, report) => {
    const readEntry = (entry: unknown) => {
      const reported = read(entry);
      distinguish(reported);
      return reported;
    };
    listen(dataLayer || 'dataLayer', readEntry, (reported) => {
      const [, event, properties] = reported;
      // Without an id, each reload would count as another order.
      if (/^Order/.test(event) && !readId(properties.order_id)) return;
      // The position of a promotion is a place on the page.
      if (!/^Promo/.test(event)) normalize(properties);
      report(reported);
    });
  };
  const script = document.createElement('script');
  script.src = `${base}/ecommerce.js`;
  // A policy may ask for one, as in the recipe for Tag Manager.
  script.nonce = document.querySelector<HTMLElement>('[nonce]')?.nonce || '';
  document.head.append(script);
});

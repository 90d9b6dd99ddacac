import { translate } from './data-layer/events.ts';
import { listen } from './data-layer/listen.ts';

/**
 * Reports the GA4 ecommerce events of the shop's data layer. Calls to `gtag` and what is pushed for Tag Manager are two
 * sources: a shop with both says everything twice, and in other words.
 */
const { storebeacon } = window;
storebeacon?.capture('data-layer', (push) =>
  storebeacon.capture('gtag', (call) =>
    listen(storebeacon.options.dataLayer || 'dataLayer', translate, ([isCall, event, properties]) =>
      (isCall ? call : push)(event, properties),
    ),
  ),
);

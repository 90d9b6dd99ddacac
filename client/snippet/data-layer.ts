import { translate } from './data-layer/events.ts';
import { listen } from './data-layer/listen.ts';

/**
 * Reports the GA4 ecommerce events of the shop's data layer. `gtag` calls and Tag Manager pushes are two sources: a shop
 * that uses both reports each action twice, with different properties.
 */
const { storebeacon } = window;
storebeacon?.capture('data-layer', (push) =>
  storebeacon.capture('gtag', (call) =>
    listen(storebeacon.options.dataLayer || 'dataLayer', translate, ([isCall, event, properties]) =>
      (isCall ? call : push)(event, properties),
    ),
  ),
);

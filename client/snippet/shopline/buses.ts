import type { Capture } from '../api.ts';
import { list, type Thing } from '../thing.ts';
import { completeOrder } from './addresses.ts';
import { toOrder, toProduct, useTools } from './products.ts';
import { read } from './read.ts';
import { reportChange } from './repeats.ts';
import { withCart } from './seen.ts';
import { orderOfPage } from './storefront.ts';

const NAMES: Record<string, string> = {
  ViewContent: 'Product Viewed',
  ViewItem: 'Product Viewed',
  'product:viewed': 'Product Viewed',
  AddToCart: 'Product Added',
  'variant:added': 'Product Added',
  InitiateCheckout: 'Checkout Started',
  // In checkout it means that the buyer has paid; the order is confirmed on the thank-you page.
  CompleteOrder: 'Payment Info Entered',
  Purchase: 'Order Completed',
};

const RETRY_MS = 500;
const TRIES = 3;

/**
 * One of SHOPLINE's event buses: `Shopline.event` (OS 1 and 2, checkout), `Shopline.Analytics`, or `themeEventCenter`
 * (OS 3.0). Subscribes whenever the bus appears. Never emits: the theme would report to its own pixels again.
 */
export const captureBus =
  (source: string, find: () => Thing, method: string, prefix = ''): Capture =>
  (report, tools) => {
    let isFound = false;
    useTools(tools);
    tools.watch(() => {
      const bus = find();
      if (isFound || !bus?.[method]) return;
      isFound = true;
      for (const name in NAMES) {
        const event = NAMES[name] as string;
        const onPayload = tools.guard((payload: Thing) => {
          const { detail } = payload;
          const content = detail || payload.data || payload;
          const data = { ...content, ...content.custom_data };
          if (/^Product/.test(event)) {
            for (const item of list(data.items || {})) {
              const product = { ...data, ...item };
              // A theme's event has the price of the whole line, in a unit that differs between themes.
              if (detail) product.price /= product.quantity || 1;
              const attempt = (tries: number): unknown => {
                const properties: Thing = toProduct({ ...read(product), isRough: detail });
                // The page's data and the cart's answer show the price; both may come later.
                if (detail && !(properties.price >= 0) && tries)
                  return setTimeout(
                    tools.guard(() => attempt(tries - 1)),
                    RETRY_MS,
                  );
                return reportChange(source, event, properties, report);
              };
              attempt(TRIES);
            }
            return;
          }
          const order = toOrder(data);
          if (name === 'CompleteOrder' && orderOfPage()) completeOrder(order);
          else report(event, name === 'InitiateCheckout' ? withCart(order) : order);
        });
        bus[method](prefix + name, onPayload);
        // Earlier emissions: undocumented, either the argument lists of all of them, or the last one.
        for (const [payload] of list(list(bus._caches)[0]?.[prefix + name])) onPayload(payload);
        const detail = bus.getCurrentDetail?.(name);
        if (detail) onPayload({ detail });
      }
    });
  };

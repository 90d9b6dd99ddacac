import type { Capture } from '../api.ts';
import { list, type Thing } from '../thing.ts';
import { toOrder, toProduct } from './read.ts';
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

/**
 * One of SHOPLINE's event buses: `Shopline.event` (OS 1 and 2, checkout), `Shopline.Analytics`, or `themeEventCenter`
 * (OS 3.0). Subscribes whenever the bus appears. Never emits: the theme would report to its own pixels again.
 */
export const captureBus =
  (find: () => Thing, method: string, prefix = ''): Capture =>
  (report, tools) => {
    let isFound = false;
    tools.watch(() => {
      const bus = find();
      if (isFound || !bus?.[method]) return;
      isFound = true;
      for (const name in NAMES) {
        const onPayload = tools.guard((payload: Thing) => {
          const content = payload.detail || payload.data || payload;
          const data = { ...content, ...content.custom_data };
          const event =
            name === 'CompleteOrder' && orderOfPage() ? 'Order Completed' : (NAMES[name] as string);
          if (!/^Product/.test(event)) return report(event, toOrder(data, tools));
          for (const item of list(data.items || {})) {
            const product = { ...data, ...item };
            // The price is that of the whole line.
            if (payload.detail) product.price /= product.quantity || 1;
            report(event, toProduct(product, tools, !payload.detail));
          }
        });
        bus[method](prefix + name, onPayload);
        // Earlier emissions: undocumented, either the argument lists of all of them, or the last one.
        for (const [payload] of list(list(bus._caches)[0]?.[prefix + name])) onPayload(payload);
        const detail = bus.getCurrentDetail?.(name);
        if (detail) onPayload({ detail });
      }
    });
  };

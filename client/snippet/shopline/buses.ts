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
  // At checkout it says that the buyer has paid; the order is only certain on the thank-you page.
  CompleteOrder: 'Payment Info Entered',
  Purchase: 'Order Completed',
};

/**
 * One way of SHOPLINE to speak of what happens: `Shopline.event` (OS 1 and 2, and checkout), `Shopline.Analytics`, the
 * `themeEventCenter` of OS 3.0. Found whenever it arrives. Only listens: an emitted event would make the theme report
 * to its own pixels again.
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
          const said = payload.detail || payload.data || payload;
          const data = { ...said, ...said.custom_data };
          const event =
            name === 'CompleteOrder' && orderOfPage() ? 'Order Completed' : (NAMES[name] as string);
          if (!/^Product/.test(event)) return report(event, toOrder(data, tools));
          for (const item of list(data.items || {})) {
            const product = { ...data, ...item };
            // A theme says what all of them cost together.
            if (payload.detail) product.price /= product.quantity || 1;
            report(event, toProduct(product, tools, !payload.detail));
          }
        });
        bus[method](prefix + name, onPayload);
        // What was said before we came: undocumented, as the argument lists of each emission; or only the last of it.
        for (const [payload] of list(list(bus._caches)[0]?.[prefix + name])) onPayload(payload);
        const detail = bus.getCurrentDetail?.(name);
        if (detail) onPayload({ detail });
      }
    });
  };

import { guard, watch } from '../page.ts';
import type { Capture } from './capture.ts';
import { first, list, orderOfPage, type Thing, toOrder, toProduct } from './translate.ts';

/**
 * SHOPLINE's `Shopline.event` bus (OS 1 and 2, and checkout), whenever it arrives. Only listens: an emitted event
 * would make the theme report to its own pixels again.
 */
export const captureShopline: Capture = (report) => {
  const names: Record<string, string> = {
    ViewContent: 'Product Viewed',
    AddToCart: 'Product Added',
    InitiateCheckout: 'Checkout Started',
    // At checkout it says that the buyer has paid; the order is only certain on the thank-you page.
    CompleteOrder: orderOfPage() ? 'Order Completed' : 'Payment Info Entered',
    Purchase: 'Order Completed',
  };
  watch(() => {
    const bus = (window as Thing).Shopline?.event;
    if (!bus) return;
    for (const name in names) {
      const event = names[name] as string;
      delete names[name];
      const tell = guard((payload: Thing) => {
        const data = payload.data || payload;
        report(event, (/^Product/.test(event) ? toProduct : toOrder)(data));
      });
      bus.on(`DataReport::${name}`, tell);
      // Undocumented: what was emitted before we came, as the argument lists of each emission.
      for (const [payload] of list(first(bus._caches)[`DataReport::${name}`])) tell(payload);
    }
  });
};

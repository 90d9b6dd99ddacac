import { isInView } from './markup/in-view.ts';
import { normalize } from './normalize.ts';

/** The element, and what it is in, through shadow roots. */
const pathOf = (element: Element): HTMLElement[] => {
  const path: Node[] = [];
  for (let node: Node | null = element; node; node = node.parentNode || (node as ShadowRoot).host)
    path.push(node);
  return path as HTMLElement[];
};

/**
 * Reports the shop's own markup: amounts as numbers, and what came into view. The core loads this file where an element
 * has `data-sb-event`, and passes on what is clicked and submitted.
 */
window.storebeacon?.capture('data-attributes', (report, { onMarkup, watch }) => {
  const read = onMarkup((event, properties, when) => report(event, normalize(properties), when));
  const reported = new WeakSet();
  const look = () => {
    for (const element of document.querySelectorAll('[data-sb-on=view]')) {
      if (reported.has(element) || !isInView(element)) continue;
      reported.add(element);
      const [event, properties] = read(pathOf(element));
      report(event, normalize(properties));
    }
  };
  watch(look);
  look();
});

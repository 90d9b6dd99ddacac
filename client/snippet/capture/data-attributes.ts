import type { Capture } from '../api.ts';
import { normalize } from '../normalize.ts';
import { on, watch } from '../page.ts';
import { parse } from '../storage.ts';

/**
 * The shop's own markup: `data-sb-event` on any element, reported on `click`, or on `submit` or `view` according to
 * `data-sb-on`. A view is reported once, when the element first scrolls into view. Properties are those of the closest
 * `data-sb-product`, then the element's own `data-sb-<property>`; dashes become underscores.
 */
export const captureDataAttributes: Capture = (report) => {
  const reportElement = (element: Element) => {
    const own: Record<string, string> = {};
    for (const { name, value } of element.attributes) {
      const [, property] = name.split('data-sb-');
      if (property) own[property.replace(/-/g, '_')] = value;
    }
    const { event, on: _on, product: _product, ...properties } = own;
    report(
      event as string,
      normalize({
        ...parse(element.closest<HTMLElement>('[data-sb-product]')?.dataset.sbProduct),
        ...properties,
      }),
    );
  };
  const listener = (event: Event) => {
    const element = (event.composedPath() as HTMLElement[]).find(
      ({ dataset = {} }) => dataset.sbEvent && (dataset.sbOn || 'click') === event.type,
    );
    if (element) reportElement(element);
  };
  on(document, 'click', listener);
  on(document, 'submit', listener);

  const reported = new WeakSet();
  watch(() => {
    for (const element of document.querySelectorAll('[data-sb-on=view]')) {
      const { top, bottom } = element.getBoundingClientRect();
      if (bottom > 0 && top < innerHeight && !reported.has(element)) {
        reported.add(element);
        reportElement(element);
      }
    }
  });
};

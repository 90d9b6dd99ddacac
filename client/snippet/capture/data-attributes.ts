import type { Capture, Properties, Report } from '../api.ts';
import { load } from '../load.ts';
import { moment } from '../once.ts';
import { on, watch } from '../page.ts';
import { parse } from '../storage.ts';

/** What was clicked or submitted before the plugin arrived. */
const early: Parameters<Report>[] = [];
let onFound: Report = (...found) => early.push(found);

/**
 * What an element's markup says: the properties of the closest `data-sb-product`, then those of the element's own
 * `data-sb-<property>`, as text; dashes become underscores.
 *
 * @param path the element and what it is in, through shadow roots.
 */
const read = (path: HTMLElement[]): [event: string, Properties] => {
  const own: Record<string, string> = {};
  for (const { name, value } of (path[0] as Element).attributes) {
    const [, property] = name.split('data-sb-');
    if (property) own[property.replace(/-/g, '_')] = value;
  }
  const { event, on: _on, product: _product, ...properties } = own;
  const product = path.find(({ dataset }) => dataset?.sbProduct)?.dataset.sbProduct;
  return [event as string, { ...parse(product), ...properties }];
};

/** Passes on what is clicked and submitted, beginning with what was before the plugin was loaded. */
export const onMarkup = (callback: Report) => {
  onFound = callback;
  for (const found of early.splice(0)) callback(...found);
  return read;
};

/**
 * The shop's own markup: `data-sb-event` on any element, reported on `click`, or on `submit` according to `data-sb-on`.
 * Amounts and views are the job of a plugin, which is loaded where there is such an element. If the page is left before it
 * arrives, amounts are reported as text.
 */
export const captureDataAttributes: Capture = (report) => {
  const listener = (event: Event) => {
    const path = event.composedPath() as HTMLElement[];
    const index = path.findIndex(
      ({ dataset }) => dataset?.sbEvent && (dataset.sbOn || 'click') === event.type,
    );
    if (index >= 0) onFound(...read(path.slice(index)), moment());
  };
  on(document, 'click', listener);
  on(document, 'submit', listener);

  let isLoaded: unknown;
  watch((isLeaving) => {
    if (!isLoaded && document.querySelector('[data-sb-event]')) {
      isLoaded = 1;
      load('markup');
    }
    if (isLeaving) for (const found of early.splice(0)) report(...found);
  });
};

import type { Moment } from './api.ts';
import { fromJson } from './json.ts';
import { isInView } from './markup/in-view.ts';
import { read } from './markup/read.ts';
import { normalize } from './normalize.ts';

const SOURCE = 'data-attributes';

/** The element, and what it is in, through shadow roots. */
const pathOf = (element: Element): HTMLElement[] => {
  const path: Node[] = [];
  for (let node: Node | null = element; node; node = node.parentNode || (node as ShadowRoot).host)
    path.push(node);
  return path as HTMLElement[];
};

/**
 * Reports the shop's own markup: `data-sb-event` on any element, on `click`, or on `submit` or `view` according to
 * `data-sb-on`. A view is reported once, when the element first comes into view. The core loads this file where there is
 * such an element, and remembers what was clicked and submitted before.
 */
window.storebeacon?.capture(SOURCE, (report, tools) => {
  const { early, guard, watch } = tools;
  const parse = guard(fromJson);
  const reportElement = (path: HTMLElement[], seen?: Moment) => {
    const [event, properties] = read(path, parse);
    normalize(properties);
    if (tools.resolve) tools.resolve(SOURCE, report, event, properties, seen);
    else report(event, properties, seen);
  };
  const onEvent = guard(({ type }: Event, path: HTMLElement[], seen?: Moment) => {
    const index = path.findIndex(({ dataset }) => dataset?.sbEvent && (dataset.sbOn || 'click') === type);
    if (index >= 0) reportElement(path.slice(index), seen);
  });
  for (const [event, path, seen] of early) onEvent(event, path, seen);
  for (const type of ['click', 'submit'])
    document.addEventListener(type, (event) => onEvent(event, event.composedPath() as HTMLElement[]), true);

  const reported = new WeakSet();
  const look = () => {
    for (const element of document.querySelectorAll('[data-sb-on=view]')) {
      if (reported.has(element) || !isInView(element)) continue;
      reported.add(element);
      reportElement(pathOf(element));
    }
  };
  watch(look);
  look();
});

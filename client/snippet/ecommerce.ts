import type { Report, Storebeacon } from './api.ts';
import { SOURCES } from './data-layer/actions.ts';
import { translate } from './data-layer/events.ts';

/**
 * Reports the ecommerce events of the shop's data layer, which `data-layer.js` reads. `gtag` calls, Tag Manager pushes
 * and those in the terms of Universal Analytics are three sources: a shop that uses several reports each action with
 * each, in different properties.
 */
const follow = ({ capture }: Storebeacon) => {
  const reports: Report[] = [];
  for (const source of SOURCES)
    capture(source, (report, { readDataLayer }) => {
      if (reports.push(report) === SOURCES.length)
        readDataLayer?.(translate, ([from, event, properties]) =>
          (reports[from] as Report)(event, properties),
        );
    });
};

if (window.storebeacon) follow(window.storebeacon);

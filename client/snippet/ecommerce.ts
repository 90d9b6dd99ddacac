import type { Report, Storebeacon } from './api.ts';
import { SOURCES } from './data-layer/actions.ts';
import { translate } from './data-layer/events.ts';
import { loadPart } from './load-part.ts';
import type { Thing } from './thing.ts';

/**
 * Reports the ecommerce events of the shop's data layer, which `data-layer.js` reads. `gtag` calls, Tag Manager pushes
 * and those in the terms of Universal Analytics are three sources: a shop that uses several reports each action with
 * each, in different properties.
 */
const follow = ({ capture }: Storebeacon) => {
  const reports: Report[] = [];
  if ((window as Thing).Shopline) loadPart('shopline-direction');
  for (const source of SOURCES)
    capture(source, (report, tools) => {
      if (reports.push(report) === SOURCES.length)
        tools.readDataLayer?.(translate, ([from, event, properties]) => {
          const send = reports[from] as Report;
          if (tools.resolve) tools.resolve(send, event, properties);
          else send(event, properties);
        });
    });
};

if (window.storebeacon) follow(window.storebeacon);

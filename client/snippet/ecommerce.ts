import type { Moment, Report, Storebeacon } from './api.ts';
import { type Reported, SOURCES } from './data-layer/actions.ts';
import { translate } from './data-layer/events.ts';
import { loadPart } from './load-part.ts';
import type { Thing } from './thing.ts';

/** So many looks of half a second are waited for it. */
const LOOKS = 3;

type Pass = (reported: Reported, seen?: Moment) => void;

/**
 * Reports the ecommerce events of the shop's data layer, which `data-layer.js` reads. `gtag` calls, Tag Manager pushes
 * and those in the terms of Universal Analytics are three sources: a shop that uses several reports each action with
 * each, in different properties.
 */
const follow = ({ capture }: Storebeacon) => {
  const reports: Report[] = [];
  loadPart('precedence');
  for (const source of SOURCES)
    capture(source, (report, tools) => {
      if (reports.push(report) < SOURCES.length) return;
      const pass: Pass = ([from, event, properties], seen) => {
        const send = reports[from] as Report;
        if (tools.resolve) tools.resolve(SOURCES[from] as string, send, event, properties, seen);
        else send(event, properties, seen);
      };
      /** Reports that came before `precedence.js`, on SHOPLINE. */
      const waiting: Parameters<Pass>[] = [];
      let looks = (window as Thing).Shopline ? LOOKS : 0;
      if (looks)
        tools.watch((isLeaving) => {
          if (tools.resolve || isLeaving || !--looks) looks = 0;
          if (!looks) for (const one of waiting.splice(0)) pass(...one);
        });
      tools.readDataLayer?.(translate, (reported) => {
        if (looks) waiting.push([reported, tools.now()]);
        else pass(reported);
      });
    });
};

if (window.storebeacon) follow(window.storebeacon);

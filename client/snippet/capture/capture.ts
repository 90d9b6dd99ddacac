import type { Capture, Enrich, Tools } from '../api.ts';
import { defer } from '../defer.ts';
import { early } from '../early.ts';
import { emit } from '../notices.ts';
import { isFirst, moment } from '../once.ts';
import { guard, watch } from '../page.ts';
import { DEFERRED } from '../rules.ts';
import { record } from '../track.ts';
import { onJsonLd } from './json-ld.ts';

const tools: Tools = { early, guard, onJsonLd, pageProduct: () => ({}), now: moment, watch };

/** Properties that a plugin adds to the reports of every source. */
let enrich: Enrich | undefined;

/** Starts a source. Its reports are recorded at once, and sent unless another source reported the same action. */
export const capture = (source: string, start: Capture, more = enrich) => {
  enrich = more;
  guard(start)(
    guard((event, found, when = moment()) => {
      const properties = { ...found };
      const send = record({ type: 'track', event, properties }, '', when, 0, source);
      const decide = guard(() => {
        Object.assign(properties, enrich?.(event), found);
        if (isFirst(source, event, found, when)) send();
        else emit('repeat', source, event, properties);
      });
      if (DEFERRED.test(source)) defer(decide);
      else decide();
    }),
    tools,
  );
};
